import { isTokenText, trimBlanks } from "./bytes.ts";
import { FIELD } from "./field-name.ts";
import { STRIDE, type SectionReader } from "./section-reader.ts";

/** Number of the name of field `index`, one of `FIELD`. */
export function fieldId(section: SectionReader, index: number): number {
  return section.bounds[index * STRIDE + 4] ?? FIELD.other;
}

/** Name of field `index`, as received. */
export function fieldName(section: SectionReader, index: number): string {
  const at = index * STRIDE;
  return section.text.slice(section.bounds[at], section.bounds[at + 1]);
}

/** Value of field `index` without surrounding blanks; obs-text as latin1. */
export function fieldValue(section: SectionReader, index: number): string {
  const at = index * STRIDE;
  return section.text.slice(section.bounds[at + 2], section.bounds[at + 3]);
}

/** What a Connection field asks for. */
export interface ConnectionOptions {
  readonly close: boolean;
  readonly keepAlive: boolean;
  /** Lower-case names of fields that it nominates; null for none, which is the common case. */
  readonly nominated: readonly string[] | null;
}

/** No Connection field at all. */
export const NO_OPTIONS: ConnectionOptions = { close: false, keepAlive: false, nominated: null };
const KEEP: ConnectionOptions = { close: false, keepAlive: true, nominated: null };

/** Fields that Connection may nominate: each one is compared with every field of the message. */
const NOMINATED_MAXIMUM = 32;

/**
 * The options of a Connection field value, added to those of earlier lines; null when one is no
 * token, or when too many fields are nominated.
 *
 * @see RFC 9110 §7.6.1; empty list elements are ignored, §5.6.1
 */
export function connectionOptions(
  value: string,
  earlier: ConnectionOptions,
): ConnectionOptions | null {
  // The two common spellings first: no list is built for them.
  if (value === "keep-alive")
    return earlier === NO_OPTIONS ? KEEP : { ...earlier, keepAlive: true };
  if (value === "close") return { ...earlier, close: true };
  let { close, keepAlive } = earlier;
  let nominated = earlier.nominated;
  for (const part of value.toLowerCase().split(",")) {
    const option = trimBlanks(part);
    if (option === "") continue;
    if (!isTokenText(option)) return null;
    if (option === "close") close = true;
    else if (option === "keep-alive") keepAlive = true;
    else if (nominated?.length === NOMINATED_MAXIMUM) return null;
    else nominated = [...(nominated ?? []), option];
  }
  return { close, keepAlive, nominated };
}

/**
 * Bytes of a Content-Length value, or -1 when it is not `1*DIGIT` within 2^53 − 1.
 * A leading zero is refused too: some recipients would read octal.
 *
 * @see RFC 9110 §8.6
 */
export function contentLength(value: string): number {
  if (value.length === 0 || value.length > 16) return -1;
  let sum = 0;
  for (let i = 0; i < value.length; i += 1) {
    const digit = value.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    sum = sum * 10 + digit;
  }
  if (value.length > 1 && value.startsWith("0")) return -1;
  return Number.isSafeInteger(sum) ? sum : -1;
}

/** What a combined Transfer-Encoding list says. */
export type TransferCoding =
  /** `chunked` alone. */
  | "chunked"
  /** Other codings, then one final `chunked`. */
  | "unknown-then-chunked"
  /** Codings without `chunked`. */
  | "unknown"
  /** Not a list of tokens, or `chunked` anywhere but once at the end. */
  | "malformed";

/** Judges a Transfer-Encoding list. @see RFC 9112 §6.1, §7 */
export function transferCoding(value: string): TransferCoding {
  // The common spelling first: no list is built for it.
  if (value === "chunked") return "chunked";
  const codings = value.toLowerCase().split(",").map(trimBlanks);
  if (!codings.every(isTokenText)) return "malformed";
  const at = codings.indexOf("chunked");
  if (at < 0) return "unknown";
  if (at !== codings.length - 1) return "malformed";
  return codings.length === 1 ? "chunked" : "unknown-then-chunked";
}
