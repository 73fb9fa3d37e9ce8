import { SP } from "./bytes.ts";
import { FIELD } from "./field-name.ts";
import { fieldName } from "./fields.ts";
import { STRIDE, type SectionReader } from "./section-reader.ts";

/** Ids that a Connection option must not remove: identity, authorisation and what is regenerated anyway. */
const PROTECTED: ReadonlySet<number> = new Set([
  FIELD.host,
  FIELD.contentLength,
  FIELD.transferEncoding,
  FIELD.credentials,
  FIELD.clientIdentity,
  FIELD.via,
  FIELD.date,
]);

/**
 * The field lines that pass, each as `name: value CRLF`, in their order.
 *
 * @param stripped one byte per number of `FIELD`; 1 keeps fields of that number back
 * @param nominated lower-case names that Connection nominates
 */
export function passedFields(
  section: SectionReader,
  stripped: Uint8Array,
  nominated: readonly string[] | null,
): string {
  const { bounds, text } = section;
  const end = section.count * STRIDE;
  let out = "";
  // Neighbours that are already spelled `name: value CRLF` are taken as one piece of text.
  let from = 0;
  let to = 0;
  for (let at = 0; at < end; at += STRIDE) {
    const id = bounds[at + 4] ?? FIELD.other;
    if (stripped[id] === 1) continue;
    if (nominated !== null && !PROTECTED.has(id)) {
      if (nominated.includes(fieldName(section, at / STRIDE).toLowerCase())) continue;
    }
    // Five numbers were pushed for every field.
    const nameStart = bounds[at] ?? 0;
    const nameEnd = bounds[at + 1] ?? 0;
    const valueStart = bounds[at + 2] ?? 0;
    const valueEnd = bounds[at + 3] ?? 0;
    const canonical =
      valueStart === nameEnd + 2 &&
      text.charCodeAt(nameEnd + 1) === SP &&
      text.charCodeAt(valueEnd) === 0x0d;
    if (canonical && nameStart === to) {
      to = valueEnd + 2;
      continue;
    }
    if (to > from) out += text.slice(from, to);
    if (canonical) {
      from = nameStart;
      to = valueEnd + 2;
    } else {
      from = to = 0;
      out += `${text.slice(nameStart, nameEnd)}: ${text.slice(valueStart, valueEnd)}\r\n`;
    }
  }
  return to > from ? out + text.slice(from, to) : out;
}

/** A table for `passedFields` from the numbers that are kept back. */
export function strippedTable(ids: readonly number[]): Uint8Array {
  const table = new Uint8Array(32);
  for (const id of ids) table[id] = 1;
  return table;
}
