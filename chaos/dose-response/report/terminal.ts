import { VERDICT_WORDS } from "../../report/format.ts";
import type { DoseResponseRecord } from "../record.ts";
import { doseRows } from "./table.ts";
import { summaryText } from "./words.ts";

/** The curves as one table each, and the verdict; ends with a line feed. */
export function renderDoseResponseTerminal(record: DoseResponseRecord): string {
  const { sign, word } = VERDICT_WORDS[record.verdict];
  return [
    ...record.curves.flatMap((curve) => [
      `${record.disturbance.title}, adverts ${curve.title}`,
      ...aligned(doseRows(record, curve)),
      "",
    ]),
    ...record.left.map(({ title, reason }) => `not run: ${title}: ${reason}`),
    summaryText(record),
    `${sign} ${word}${record.reasons.length === 0 ? "" : `: ${record.reasons.join("; ")}`}`,
    `again: ${record.command}`,
    "",
  ].join("\n");
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths?.[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
