/**
 * What the bytes read so far say of an HTTP response's status line: its code, `more` when its end
 * has not come, `invalid` when it is none.
 *
 * Strict on purpose: what a check takes for an answer must be one that requests get through as well.
 *
 * @param bytes from the first byte of the response on
 * @see RFC 9112, section 4
 */
export function readStatusLine(bytes: Buffer): number | "more" | "invalid" {
  const end = bytes.indexOf("\r\n");
  if (end < 0) return bytes.length > MAXIMUM_BYTES ? "invalid" : "more";
  const match = STATUS_LINE.exec(bytes.toString("latin1", 0, end));
  return match === null ? "invalid" : Number(match[1]);
}

/** A reason phrase is a few words; nothing longer is kept in memory for a check. */
const MAXIMUM_BYTES = 1024;
const STATUS_LINE = /^HTTP\/1\.[01] ([1-5]\d\d) [\t\x20-\x7e\x80-\xff]*$/;
