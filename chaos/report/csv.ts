/** What a cell may hold; null is an empty one. */
export type CsvCell = string | number | boolean | null;

/**
 * Lines of comma-separated values, each ending with CR LF; what needs quotes has them.
 *
 * @param lines the header is the first
 * @see RFC 4180
 */
export function csvOf(lines: readonly (readonly CsvCell[])[]): string {
  return lines.map((line) => `${line.map(cell).join(",")}\r\n`).join("");
}

function cell(value: CsvCell): string {
  if (value === null) return "";
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
