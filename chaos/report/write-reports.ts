import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { reportsUnwritable } from "./errors.ts";
import { renderHtml } from "./html.ts";
import { renderJunit } from "./junit.ts";
import { renderMarkdown } from "./markdown.ts";
import { readRun } from "./run-folder.ts";
import { renderTrialsCsv } from "./trials-csv.ts";

/**
 * Renders the reports of a run into its folder: `report.html`, `report.md`, `junit.xml`, `trials.csv`.
 *
 * @returns the paths of those for people
 * @throws RunFolderError when the folder cannot be read or written
 */
export async function writeReports(dir: string): Promise<{ html: string; markdown: string }> {
  const run = await readRun(dir);
  const html = await writeReport(dir, "report.html", renderHtml(run));
  const markdown = await writeReport(dir, "report.md", renderMarkdown(run.record));
  await writeReport(dir, "junit.xml", renderJunit(run.record));
  await writeReport(dir, "trials.csv", renderTrialsCsv(run.record));
  return { html, markdown };
}

/**
 * Writes one page into a run's folder.
 *
 * @returns its path
 * @throws RunFolderError when it cannot be written
 */
export async function writeReport(dir: string, name: string, content: string): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, content).catch((error: Error) => {
    throw reportsUnwritable(dir, error);
  });
  return path;
}
