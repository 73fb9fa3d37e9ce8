import { FIELD } from "./field-name.ts";
import { passedFields, strippedTable } from "./field-writer.ts";
import type { ResponseHead } from "./response.ts";

const STRIPPED = strippedTable([
  FIELD.contentLength,
  FIELD.transferEncoding,
  FIELD.connection,
  FIELD.hopByHop,
  FIELD.balancer,
  FIELD.leaving,
]);

/** How a response is framed towards the client. */
export type ClientFraming = "none" | "length" | "chunked" | "close";

/** What the balancer decides about a response. */
export interface Answering {
  readonly framing: ClientFraming;
  /** Whether the client's connection serves another request afterwards. */
  readonly keepAlive: boolean;
  /** Minor version of the client. */
  readonly minor: 0 | 1;
  readonly nodeId: string;
  /** For a response that came without one, RFC 9110 §6.6.1. */
  readonly date: string;
}

/** The head that goes to the client: built from parsed fields, framing regenerated. */
export function writeResponseHead(response: ResponseHead, answering: Answering): string {
  let head = `HTTP/1.1 ${response.status} ${response.reason}\r\n`;
  head += passedFields(response.section, STRIPPED, response.nominated);
  if (!response.hasDate) head += `Date: ${answering.date}\r\n`;
  head += `x-evenkeel-balancer: ${answering.nodeId}\r\n`;
  if (response.shownLength !== undefined) head += `Content-Length: ${response.shownLength}\r\n`;
  else if (answering.framing === "length") head += `Content-Length: ${response.length}\r\n`;
  else if (answering.framing === "chunked") head += "Transfer-Encoding: chunked\r\n";
  return `${head}${connectionLine(answering.keepAlive, answering.minor)}\r\n`;
}

/** An interim response (1xx) as it goes to the client. */
export function writeInterimHead(response: ResponseHead): string {
  const fields = passedFields(response.section, STRIPPED, response.nominated);
  return `HTTP/1.1 ${response.status} ${response.reason}\r\n${fields}\r\n`;
}

/** The Connection line that a client of a minor version needs; empty when it is the default. */
export function connectionLine(keepAlive: boolean, minor: 0 | 1): string {
  if (!keepAlive) return "Connection: close\r\n";
  return minor === 0 ? "Connection: keep-alive\r\n" : "";
}

/** The time as a Date field value, RFC 9110 §5.6.7; formatted at most once a second. */
export class DateStamp {
  #second = -1;
  #text = "";

  text(): string {
    const now = Date.now();
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#text = new Date(now).toUTCString();
    }
    return this.#text;
  }
}
