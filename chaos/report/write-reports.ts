import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderHtml } from "./html.ts";
import { renderMarkdown } from "./markdown.ts";
import { readRun } from "./run-folder.ts";

/**
 * Renders the reports of a run into its folder.
 *
 * @returns the paths of what was written
 * @throws RunFolderError when the folder cannot be read
 */
export async function writeReports(dir: string): Promise<{ html: string; markdown: string }> {
  const run = await readRun(dir);
  const html = join(dir, "report.html");
  const markdown = join(dir, "report.md");
  await writeFile(html, renderHtml(run));
  await writeFile(markdown, renderMarkdown(run.record));
  return { html, markdown };
}
