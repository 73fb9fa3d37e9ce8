import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderComparisonCsv } from "./report/csv.ts";
import { renderComparisonHtml } from "./report/html.ts";
import type { ComparisonRecord } from "./record.ts";

/** Where a comparison's files are. */
export interface ComparisonFiles {
  readonly json: string;
  readonly csv: string;
  readonly html: string;
}

/** Writes the record and what is rendered from it to a new folder of its own. */
export async function writeComparison(
  outFolder: string,
  record: ComparisonRecord,
): Promise<ComparisonFiles> {
  const folder = join(outFolder, record.id);
  await mkdir(folder, { recursive: true });
  const [json, csv, html] = ["json", "csv", "html"].map((kind) =>
    join(folder, `comparison.${kind}`),
  ) as [string, string, string];
  await writeFile(json, `${JSON.stringify(record, null, 2)}\n`);
  await writeFile(csv, renderComparisonCsv(record));
  await writeFile(html, renderComparisonHtml(record));
  return { json, csv, html };
}
