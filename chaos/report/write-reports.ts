import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderHtml } from "./html.ts";
import { renderJunit } from "./junit.ts";
import { renderMarkdown } from "./markdown.ts";
import { readRun } from "./run-folder.ts";
import { renderTrialsCsv } from "./trials-csv.ts";

/**
 * Renders the reports of a run into its folder: `report.html`, `report.md`, `junit.xml`, `trials.csv`.
 *
 * @returns the paths of those for people
 * @throws RunFolderError when the folder cannot be read
 */
export async function writeReports(dir: string): Promise<{ html: string; markdown: string }> {
  const run = await readRun(dir);
  const html = join(dir, "report.html");
  const markdown = join(dir, "report.md");
  await writeFile(html, renderHtml(run));
  await writeFile(markdown, renderMarkdown(run.record));
  await writeFile(join(dir, "junit.xml"), renderJunit(run.record));
  await writeFile(join(dir, "trials.csv"), renderTrialsCsv(run.record));
  return { html, markdown };
}
