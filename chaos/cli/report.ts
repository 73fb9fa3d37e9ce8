import { join } from "node:path";
import type { Command } from "commander";
import { runRecordJsonSchema } from "../report/record-schema.ts";
import { readRun } from "../report/run-folder.ts";
import { renderMarkdown } from "../report/markdown.ts";
import { renderTerminal } from "../report/terminal.ts";
import { writeReports } from "../report/write-reports.ts";
import { lookOf } from "../setup/steps.ts";
import { summarizeStep } from "./step-summary.ts";

interface ReportOptions {
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly schema?: boolean;
}

/** `evenkeel report <run>`: renders the reports of a recorded run again, offline. */
export function addReport(program: Command): void {
  program
    .command("report [run]")
    .description("Render the reports of a recorded run again: HTML and Markdown in its folder.")
    .option("--json", "print the record as JSON instead")
    .option("--markdown", "print the Markdown summary instead")
    .option("--schema", "print the JSON Schema of records (run.json) instead; needs no run")
    .addHelpText(
      "after",
      "\nExample:\n  evenkeel report runs/20260102T030405Z-balancer-node-killed-42",
    )
    .action(async (run: string | undefined, options: ReportOptions, command: Command) => {
      if (options.schema === true) printJson(runRecordJsonSchema());
      else if (run === undefined) command.error("error: missing required argument 'run'");
      else await report(run, options);
    });
}

async function report(run: string, options: ReportOptions): Promise<void> {
  const { record } = await readRun(run);
  if (options.json === true) {
    printJson(record);
  } else if (options.markdown === true) {
    process.stdout.write(renderMarkdown(record));
  } else {
    const { html } = await writeReports(run.endsWith("run.json") ? join(run, "..") : run);
    process.stdout.write(
      renderTerminal(record, {
        colour: lookOf(process.stdout.isTTY, process.env).color,
        width: process.stdout.columns ?? 100,
      }),
    );
    await summarizeStep(renderMarkdown(record));
    process.stdout.write(`\nReport: ${html}\n`);
  }
}

function printJson(value: object): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
