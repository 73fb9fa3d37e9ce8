import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FailoverRecord } from "./record.ts";
import { renderFailoverHtml } from "./report/html.ts";
import { renderFailoverMarkdown } from "./report/markdown.ts";

/** Where a report's files are. */
export interface FailoverFiles {
  readonly json: string;
  readonly markdown: string;
  readonly html: string;
}

/** Writes the record and what is rendered from it to a folder of its own beside those of its runs. */
export async function writeFailover(
  outFolder: string,
  record: FailoverRecord,
): Promise<FailoverFiles> {
  const folder = join(outFolder, record.id);
  await mkdir(folder, { recursive: true });
  const files = {
    json: join(folder, "failover.json"),
    markdown: join(folder, "failover.md"),
    html: join(folder, "failover.html"),
  };
  await writeFile(files.json, `${JSON.stringify(record, null, 2)}\n`);
  await writeFile(files.markdown, renderFailoverMarkdown(record));
  await writeFile(files.html, renderFailoverHtml(record));
  return files;
}
