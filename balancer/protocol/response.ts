import {
  connectionOptions,
  contentLength,
  fieldId,
  fieldValue,
  NO_OPTIONS,
  transferCoding,
} from "./fields.ts";
import { FIELD } from "./field-name.ts";
import { refuse, type Refusal } from "./refusal.ts";
import type { Framing } from "./request.ts";
import type { Method } from "./request-line.ts";
import type { SectionReader } from "./section-reader.ts";
import type { StatusLine } from "./status-line.ts";

/** A response head that was accepted. */
export interface ResponseHead {
  readonly status: number;
  /** Reason phrase as received. */
  readonly reason: string;
  /** How the body that follows on the wire ends; `none` for HEAD, 1xx, 204 and 304. */
  readonly framing: Framing;
  /** Bytes of the body when the framing is `length`, else 0. */
  readonly length: number;
  /** The Content-Length to show where no body follows (HEAD, 304); undefined for none. */
  readonly shownLength: number | undefined;
  /** Whether the connection to the backend may serve again, as far as the head tells. */
  readonly reusable: boolean;
  readonly nominated: readonly string[] | null;
  readonly hasDate: boolean;
  /** Whether the backend says that it wants no new work. */
  readonly leaving: boolean;
  /** Where the fields are; valid until the connection's next response. */
  readonly section: SectionReader;
}

/**
 * The meaning of a complete response head, or why it is refused.
 *
 * @param method of the request that it answers
 * @see RFC 9112 §6.3
 */
export function interpretResponse(
  line: StatusLine,
  section: SectionReader,
  method: Method,
): ResponseHead | Refusal {
  let length = -1;
  let coding: string | null = null;
  let options = NO_OPTIONS;
  let hasDate = false;
  let leaving = false;

  for (let i = 0; i < section.count; i += 1) {
    switch (fieldId(section, i)) {
      case FIELD.contentLength:
        if (length >= 0) return refuse("content-length");
        length = contentLength(fieldValue(section, i));
        if (length < 0) return refuse("content-length");
        break;
      case FIELD.transferEncoding: {
        const value = fieldValue(section, i);
        coding = coding === null ? value : `${coding},${value}`;
        break;
      }
      case FIELD.connection: {
        const more = connectionOptions(fieldValue(section, i), options);
        if (more === null) return refuse("connection-option");
        options = more;
        break;
      }
      case FIELD.date:
        hasDate = true;
        break;
      case FIELD.leaving:
        leaving = fieldValue(section, i) === "1";
        break;
    }
  }

  // We never forward Upgrade, so no backend was asked to switch.
  if (line.status === 101) return refuse("unasked-upgrade");
  const transfer = coding === null ? null : transferCoding(coding);
  if (transfer === "malformed") return refuse("transfer-encoding");
  // A backend was never told that we decode more than chunked (no TE is sent), and who takes the name of a
  // coding away has to take the coding away. `identity`, of RFC 2616, changes nothing.
  const isIdentity = coding?.toLowerCase() === "identity";
  if (transfer === "unknown-then-chunked" || (transfer === "unknown" && !isIdentity)) {
    return refuse("transfer-coding-unknown");
  }
  if (transfer !== null && line.minor === 0) return refuse("transfer-encoding");

  const { status } = line;
  const bodiless = method === "HEAD" || status < 200 || status === 204 || status === 304;
  const framing = bodiless
    ? "none"
    : transfer === "chunked"
      ? "chunked"
      : transfer === null && length >= 0
        ? "length"
        : "close";
  return {
    status,
    reason: line.reason,
    framing,
    length: framing === "length" ? length : 0,
    shownLength:
      bodiless && status >= 200 && status !== 204 && transfer === null && length >= 0
        ? length
        : undefined,
    reusable:
      framing !== "close" &&
      !leaving &&
      // A 204 that announces a body may send one, and its bytes would pass for the next response.
      !(status === 204 && (length > 0 || transfer !== null)) &&
      !(transfer !== null && length >= 0) &&
      (line.minor === 1 ? !options.close : options.keepAlive && !options.close),
    nominated: options.nominated,
    hasDate,
    leaving,
    section,
  };
}
