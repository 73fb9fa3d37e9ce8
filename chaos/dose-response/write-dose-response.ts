import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DoseResponseRecord } from "./record.ts";
import { renderDoseResponseCsv } from "./report/csv.ts";
import { renderDoseResponseHtml } from "./report/html.ts";
import { renderDoseResponseMarkdown } from "./report/markdown.ts";

/** Where the files of a dose-response are. */
export interface DoseResponseFiles {
  readonly json: string;
  readonly csv: string;
  readonly markdown: string;
  readonly html: string;
}

/** Writes the record and what is rendered from it to a folder of its own beside those of its runs. */
export async function writeDoseResponse(
  outFolder: string,
  record: DoseResponseRecord,
): Promise<DoseResponseFiles> {
  const folder = join(outFolder, record.id);
  await mkdir(folder, { recursive: true });
  const file = (ending: string): string => join(folder, `dose-response.${ending}`);
  const files = { json: file("json"), csv: file("csv"), markdown: file("md"), html: file("html") };
  await writeFile(files.json, `${JSON.stringify(record, null, 2)}\n`);
  await writeFile(files.csv, renderDoseResponseCsv(record));
  await writeFile(files.markdown, renderDoseResponseMarkdown(record));
  await writeFile(files.html, renderDoseResponseHtml(record));
  return files;
}
