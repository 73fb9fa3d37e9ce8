import { join } from "node:path";
import type { Command } from "commander";
import { readRun } from "../report/run-folder.ts";
import { renderMarkdown } from "../report/markdown.ts";
import { renderTerminal } from "../report/terminal.ts";
import { writeReports } from "../report/write-reports.ts";
import { lookOf } from "../setup/steps.ts";

/** `evenkeel report <run>`: renders the reports of a recorded run again, offline. */
export function addReport(program: Command): void {
  program
    .command("report <run>")
    .description("Render the reports of a recorded run again: HTML and Markdown in its folder.")
    .option("--json", "print the record as JSON instead")
    .option("--markdown", "print the Markdown summary instead")
    .addHelpText(
      "after",
      "\nExample:\n  evenkeel report runs/20260102T030405Z-balancer-node-killed-42",
    )
    .action(
      async (run: string, options: { readonly json?: boolean; readonly markdown?: boolean }) => {
        const loaded = await readRun(run);
        if (options.json === true) {
          process.stdout.write(`${JSON.stringify(loaded.record, null, 2)}\n`);
        } else if (options.markdown === true) {
          process.stdout.write(renderMarkdown(loaded.record));
        } else {
          const { html } = await writeReports(run.endsWith("run.json") ? join(run, "..") : run);
          process.stdout.write(
            renderTerminal(loaded.record, {
              colour: lookOf(process.stdout.isTTY, process.env).color,
              width: process.stdout.columns ?? 100,
            }),
          );
          process.stdout.write(`\nReport: ${html}\n`);
        }
      },
    );
}
