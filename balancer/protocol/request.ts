import {
  connectionOptions,
  contentLength,
  fieldId,
  fieldValue,
  NO_OPTIONS,
  transferCoding,
} from "./fields.ts";
import { FIELD } from "./field-name.ts";
import type { Method, RequestLine } from "./request-line.ts";
import { refuse, type Refusal } from "./refusal.ts";
import type { SectionReader } from "./section-reader.ts";
import { isAuthority, sameAuthority } from "./target.ts";

/** How the end of a body is known. `none` is no body and no framing field; `close` is for responses. */
export type Framing = "none" | "length" | "chunked" | "close";

/** A request head that was accepted. */
export interface RequestHead {
  readonly method: Method;
  /** As received. */
  readonly target: string;
  /** What goes upstream. */
  readonly origin: string;
  readonly minor: 0 | 1;
  /** Null for an HTTP/1.0 request that names none. */
  readonly host: string | null;
  readonly framing: Framing;
  /** Bytes of the body when the framing is `length`, else 0. */
  readonly length: number;
  /** Whether the client can use the connection again. */
  readonly keepAlive: boolean;
  /** Whether the client waits for a 100 before it sends the body. */
  readonly expectsContinue: boolean;
  readonly nominated: readonly string[] | null;
  /** Max-Forwards of an OPTIONS request, RFC 9110 §7.6.2; undefined when absent. */
  readonly maxForwards: number | undefined;
  readonly seq: string | undefined;
  readonly run: string | undefined;
  /** Where the fields are; valid until the connection's next request. */
  readonly section: SectionReader;
}

/**
 * The meaning of a complete request head, or why it is refused.
 *
 * @param bodyBytes largest Content-Length that passes
 * @see RFC 9112 §3.2 (Host), §6 (framing), RFC 9110 §10.1.1 (Expect)
 */
export function interpretRequest(
  line: RequestLine,
  section: SectionReader,
  bodyBytes: number,
): RequestHead | Refusal {
  let host: string | null = null;
  let length = -1;
  let coding: string | null = null;
  let options = NO_OPTIONS;
  let expect: string | null = null;
  let maxForwards: number | undefined;
  let seq: string | undefined;
  let run: string | undefined;

  for (let i = 0; i < section.count; i += 1) {
    const id = fieldId(section, i);
    if (id <= FIELD.underscore || id > FIELD.run) continue;
    const value = fieldValue(section, i);
    switch (id) {
      case FIELD.host:
        if (host !== null || !isAuthority(value)) return refuse("host");
        host = value;
        break;
      case FIELD.contentLength:
        // A second line is refused even when it says the same.
        if (length >= 0) return refuse("content-length");
        length = contentLength(value);
        if (length < 0) return refuse("content-length");
        break;
      case FIELD.transferEncoding:
        coding = coding === null ? value : `${coding},${value}`;
        break;
      case FIELD.connection: {
        const more = connectionOptions(value, options);
        if (more === null) return refuse("connection-option");
        options = more;
        break;
      }
      case FIELD.expect:
        expect = expect === null ? value : `${expect},${value}`;
        break;
      case FIELD.maxForwards:
        if (/^\d{1,9}$/.test(value)) maxForwards = Number(value);
        break;
      case FIELD.seq:
        seq ??= value;
        break;
      case FIELD.run:
        run ??= value;
        break;
    }
  }

  const wrong = judgeFraming(line.minor, length, coding);
  if (wrong !== null) return wrong;
  if (host === null && line.minor === 1) return refuse("host");
  if (line.authority !== null) {
    if (host !== null && !sameAuthority(host, line.authority)) return refuse("host");
    host = line.authority;
  }
  // An HTTP/1.0 client cannot wait for a 100, so its expectation is ignored.
  const waits = expect !== null && line.minor === 1;
  if (waits && expect?.toLowerCase() !== "100-continue") return refuse("expectation");
  if (length > bodyBytes) return refuse("body-too-large");

  const framing = coding !== null ? "chunked" : length >= 0 ? "length" : "none";
  return {
    method: line.method,
    target: line.target,
    origin: line.origin,
    minor: line.minor,
    host,
    framing,
    length: Math.max(length, 0),
    keepAlive: line.minor === 1 ? !options.close : options.keepAlive && !options.close,
    expectsContinue: waits && (framing === "chunked" || length > 0),
    nominated: options.nominated,
    maxForwards: line.method === "OPTIONS" ? maxForwards : undefined,
    seq,
    run,
    section,
  };
}

function judgeFraming(minor: 0 | 1, length: number, coding: string | null): Refusal | null {
  if (coding === null) return null;
  if (minor === 0) return refuse("transfer-encoding");
  if (length >= 0) return refuse("framing-conflict");
  switch (transferCoding(coding)) {
    case "chunked":
      return null;
    case "unknown-then-chunked":
      return refuse("transfer-coding-unknown");
    case "unknown":
    case "malformed":
      return refuse("transfer-encoding");
  }
}
