import { NUMBER_FORMATS, VERDICT_WORDS } from "../../report/format.ts";
import type { CellRecord, FailoverRecord } from "../record.ts";
import { failedText, missingTexts, promiseText, summaryText } from "./words.ts";

const bare = NUMBER_FORMATS["ms-bare"];

/** The report as one table, a line a cell; ends with a line feed. */
export function renderFailoverTerminal(record: FailoverRecord): string {
  const rows = [
    ["", "cell", "median", "min … max", "predicted", "failed", "N"],
    ...record.cells.map(rowOf),
  ];
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths?.[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [
    `Outages in ms. Commonly promised: ${promiseText(record.promised)}.`,
    ...lines,
    summaryText(record),
    ...missingTexts(record),
    `again: ${record.command}`,
    "",
  ].join("\n");
}

function rowOf(cell: CellRecord): string[] {
  const { outage, predicted } = cell;
  const { sign, word } = VERDICT_WORDS[cell.verdict];
  const never = cell.notOver > 0 && outage === null;
  return [
    `${sign} ${word}`,
    cell.title,
    outage === null ? (never ? "not over" : "–") : bare(outage.median),
    outage === null ? "–" : `${bare(outage.min)} … ${bare(outage.max)}`,
    predicted === null ? "none" : `${bare(predicted.floorMs)} … ${bare(predicted.ceilingMs)}`,
    failedText(cell),
    `${cell.counted}${cell.notCounted === 0 ? "" : `, ${cell.notCounted} left out`}`,
  ];
}
