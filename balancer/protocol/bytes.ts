/** Byte values and byte classes of HTTP/1.1 syntax, for scans over raw bytes. */

/** Horizontal tab. */
export const HTAB = 0x09;
/** Line feed. */
export const LF = 0x0a;
/** Carriage return. */
export const CR = 0x0d;
/** Space. */
export const SP = 0x20;
/** What ends a field name. */
export const COLON = 0x3a;

/** `tchar`, RFC 9110 §5.6.2. */
const TOKEN = 1;
/** What may stand in a field value: HTAB, SP, visible ASCII and obs-text, RFC 9110 §5.5. */
const VALUE = 2;
/** What may stand in a request target here: visible ASCII without `\` and `#`. */
const TARGET = 4;
const HEX = 8;
/** `unreserved` and `sub-delims` without the comma: what a host name is made of, RFC 3986 §3.2.2. */
const HOST = 16;

const CLASSES = classes();

function classes(): Uint8Array {
  const table = new Uint8Array(256);
  const mark = (text: string, bits: number) => {
    for (const char of text) {
      const code = char.charCodeAt(0);
      table[code] = (table[code] ?? 0) | bits;
    }
  };
  const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  mark(`!#$%&'*+-.^_\`|~${alphanumeric}`, TOKEN);
  mark("0123456789abcdefABCDEF", HEX);
  mark(`-._~!$&'()*+;=${alphanumeric}`, HOST);
  for (let code = 0x20; code <= 0xff; code += 1) {
    if (code !== 0x7f) table[code] = (table[code] ?? 0) | VALUE;
    const char = String.fromCharCode(code);
    if (code > 0x20 && code < 0x7f && char !== "\\" && char !== "#") {
      table[code] = (table[code] ?? 0) | TARGET;
    }
  }
  table[HTAB] = VALUE;
  return table;
}

// An index past the table's end cannot occur: bytes are below 256, and -1 stands for "no byte".
const has = (byte: number | undefined, bits: number): boolean =>
  ((CLASSES[byte ?? -1] ?? 0) & bits) !== 0;

/** Whether a byte may stand in a token. */
export function isToken(byte: number | undefined): boolean {
  return has(byte, TOKEN);
}

/** Whether a byte may stand in a field value. */
export function isValue(byte: number | undefined): boolean {
  return has(byte, VALUE);
}

/** Whether a byte may stand in a request target. */
export function isTarget(byte: number | undefined): boolean {
  return has(byte, TARGET);
}

/** Whether a byte may stand in a host name or IPv4 address, percent-encoding aside. */
export function isHost(byte: number | undefined): boolean {
  return has(byte, HOST);
}

/** Whether a byte is a hexadecimal digit. */
export function isHex(byte: number | undefined): boolean {
  return has(byte, HEX);
}

/** Value of a hexadecimal digit; -1 for any other byte. */
export function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Value of the decimal digit at an offset; -1 for any other byte. */
export function digitAt(bytes: Buffer, at: number): number {
  const value = (bytes[at] ?? 0) - 0x30;
  return value >= 0 && value <= 9 ? value : -1;
}

/** Whether bytes from an offset on spell a prefix exactly. */
export function startsWith(bytes: Buffer, at: number, prefix: Buffer): boolean {
  for (let i = 0; i < prefix.length; i += 1) if (bytes[at + i] !== prefix[i]) return false;
  return true;
}

/** Whether a byte is optional whitespace: SP or HTAB, RFC 9110 §5.6.3. */
export function isBlank(byte: number | undefined): boolean {
  return byte === SP || byte === HTAB;
}

/** Whether every character of a text is one of a token, and there is at least one. */
export function isTokenText(text: string): boolean {
  if (text === "") return false;
  for (let i = 0; i < text.length; i += 1) if (!isToken(text.charCodeAt(i))) return false;
  return true;
}

/** A text without SP and HTAB at its ends (`trim` would also take obs-text such as 0xA0). */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}
