import { digitAt, isTarget, isToken, SP, startsWith } from "./bytes.ts";
import { refuse, type Refusal } from "./refusal.ts";
import type { StartLine } from "./section-reader.ts";
import { readTarget } from "./target.ts";

/** Methods that are served. */
export const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"] as const;
/** One of `METHODS`. */
export type Method = (typeof METHODS)[number];

const KNOWN: ReadonlyMap<string, Method> = new Map(METHODS.map((method) => [method, method]));
const NAME = Buffer.from("HTTP/");
const DOT = 0x2e;
const VERSION_LENGTH = "HTTP/1.1".length;
/** A request line that has no SP so early has no method that we know. */
const METHOD_WINDOW = 32;

/** Longest request line for a target limit: the longest method, two SP and the version. */
export function requestLineBytes(targetBytes: number): number {
  return targetBytes + METHOD_WINDOW;
}

/**
 * Reads request lines: `method SP request-target SP HTTP-version`, RFC 9112 §3. One object serves
 * a connection; each line replaces what the last one left.
 */
export class RequestLine implements StartLine {
  readonly skipsEmptyLine = true;
  readonly #targetBytes: number;
  method: Method = "GET";
  /** As received. */
  target = "";
  /** What goes upstream. */
  origin = "";
  /** Host of an absolute-form target. */
  authority: string | null = null;
  /** 0 for HTTP/1.0; 1 for 1.1 and anything higher, RFC 9110 §2.5. */
  minor: 0 | 1 = 1;

  constructor(targetBytes: number) {
    this.#targetBytes = targetBytes;
  }

  first(byte: number): Refusal | null {
    return isToken(byte) ? null : refuse("request-line");
  }

  tooLong(bytes: Buffer, start: number): Refusal {
    const space = bytes.indexOf(SP, start);
    const methodEnds = space >= 0 && space - start < METHOD_WINDOW;
    return refuse(methodEnds ? "target-too-long" : "request-line");
  }

  read(bytes: Buffer, start: number, end: number): Refusal | null {
    let at = start;
    while (at < end && isToken(bytes[at])) at += 1;
    const methodEnd = at;
    if (methodEnd === start || bytes[at] !== SP) return refuse("request-line");
    at += 1;
    const targetStart = at;
    while (at < end && isTarget(bytes[at])) at += 1;
    const targetEnd = at;
    // Two parts only: HTTP/0.9, or a version that was forgotten.
    if (targetEnd === end) return refuse(targetEnd === targetStart ? "request-line" : "version");
    if (bytes[at] !== SP) return refuse("target");
    if (targetEnd === targetStart) return refuse("request-line");
    at += 1;
    const version = this.#version(bytes, at, end);
    if (version !== null) {
      const preface = bytes.toString("latin1", start, end) === "PRI * HTTP/2.0";
      return preface ? refuse("request-line") : version;
    }
    if (targetEnd - targetStart > this.#targetBytes) return refuse("target-too-long");
    return this.#accept(
      bytes.toString("latin1", start, methodEnd),
      bytes.toString("latin1", targetStart, targetEnd),
    );
  }

  #version(bytes: Buffer, start: number, end: number): Refusal | null {
    if (end - start !== VERSION_LENGTH || !startsWith(bytes, start, NAME)) return refuse("version");
    const major = digitAt(bytes, start + 5);
    const minor = digitAt(bytes, start + 7);
    if (major < 0 || bytes[start + 6] !== DOT || minor < 0) return refuse("version");
    if (major !== 1) return refuse("version-unsupported");
    this.minor = minor === 0 ? 0 : 1;
    return null;
  }

  #accept(method: string, target: string): Refusal | null {
    const known = KNOWN.get(method);
    if (known === undefined) {
      const named = method === "CONNECT" || method === "TRACE";
      return refuse(named ? "method-not-allowed" : "method-unknown");
    }
    const read = readTarget(target, known);
    if (read === null) return refuse("target");
    this.method = known;
    this.target = target;
    this.origin = read.origin;
    this.authority = read.authority;
    return null;
  }
}
