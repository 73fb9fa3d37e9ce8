import { basename, dirname } from "node:path";
import { Option, type Command } from "commander";
import { WrongUse } from "../errors.ts";
import { compareRuns } from "../report/comparison/compare-runs.ts";
import { renderRunComparisonHtml } from "../report/comparison/html.ts";
import { renderRunComparisonMarkdown } from "../report/comparison/markdown.ts";
import { renderRunComparisonTerminal } from "../report/comparison/terminal.ts";
import { runRecordJsonSchema } from "../report/record-schema.ts";
import { readRun } from "../report/run-folder.ts";
import { renderMarkdown } from "../report/markdown.ts";
import { renderTerminal, type TerminalOptions } from "../report/terminal.ts";
import { writeReport, writeReports } from "../report/write-reports.ts";
import { lookOf } from "../setup/steps.ts";
import { summarizeStep } from "./step-summary.ts";
import { terminalText } from "./terminal-text.ts";

interface ReportOptions {
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly schema?: boolean;
  readonly compare?: boolean;
}

/** `evenkeel report <run>`: renders the reports of a recorded run again, offline. */
export function addReport(program: Command): void {
  program
    .command("report [run] [other]")
    .description("Render the reports of a recorded run again, or compare two runs of a scenario.")
    .option("--compare", "compare two runs of one scenario; the page goes into the second's folder")
    .option("--json", "print the record, or the comparison, as JSON instead")
    .addOption(new Option("--markdown", "print it in Markdown instead").conflicts("json"))
    .option("--schema", "print the JSON Schema of records (run.json) instead; needs no run")
    .addHelpText(
      "after",
      `
Examples:
  evenkeel report runs/20260102T030405Z-balancer-node-killed-42
  evenkeel report --compare runs/20260102T030405Z-backend-killed-42 runs/20260103T030405Z-backend-killed-42`,
    )
    .action(
      async (
        run: string | undefined,
        other: string | undefined,
        options: ReportOptions,
        command: Command,
      ) => {
        if (options.schema === true) schema(run);
        else if (run === undefined) command.error("error: missing required argument 'run'");
        else if (options.compare === true) await compare(run, other, options);
        else if (other !== undefined) {
          throw new WrongUse(
            "Two runs are named, and a report is of one",
            "Add --compare to see them side by side, or name one.",
          );
        } else await report(run, options);
      },
    );
}

function schema(run: string | undefined): void {
  if (run !== undefined) {
    throw new WrongUse(
      `The schema is of all records, and "${run}" names one`,
      "Leave the run out, or --schema.",
    );
  }
  printJson(runRecordJsonSchema());
}

async function report(run: string, options: ReportOptions): Promise<void> {
  const { record } = await readRun(run);
  if (options.json === true) {
    printJson(record);
  } else if (options.markdown === true) {
    process.stdout.write(renderMarkdown(record));
  } else {
    const { html } = await writeReports(folderOf(run));
    process.stdout.write(terminalText(renderTerminal(record, look())));
    await summarizeStep(renderMarkdown(record));
    process.stdout.write(`\nReport: ${html}\n`);
  }
}

async function compare(
  run: string,
  other: string | undefined,
  options: ReportOptions,
): Promise<void> {
  if (other === undefined) {
    throw new WrongUse("--compare has one run", "Name two runs of one scenario.");
  }
  const comparison = compareRuns((await readRun(run)).record, (await readRun(other)).record);
  const markdown = renderRunComparisonMarkdown(comparison);
  if (options.json === true) {
    printJson(comparison);
  } else if (options.markdown === true) {
    process.stdout.write(markdown);
  } else {
    const page = `compared-with-${comparison.first.id}.html`;
    const html = await writeReport(folderOf(other), page, renderRunComparisonHtml(comparison));
    process.stdout.write(terminalText(renderRunComparisonTerminal(comparison, look())));
    await summarizeStep(markdown);
    process.stdout.write(`\nReport: ${html}\n`);
  }
}

/** A run may be named by its record. */
function folderOf(run: string): string {
  return basename(run) === "run.json" ? dirname(run) : run;
}

function look(): TerminalOptions {
  return {
    colour: lookOf(process.stdout.isTTY, process.env).color,
    width: process.stdout.columns ?? 100,
  };
}

function printJson(value: object): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
