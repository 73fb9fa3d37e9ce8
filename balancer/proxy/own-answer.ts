import { METHODS } from "../protocol/request-line.ts";
import { connectionLine } from "../protocol/response-writer.ts";

/** An answer that the balancer makes by itself. */
export interface OwnAnswer {
  readonly status: number;
  /** Named in `x-evenkeel-reason` and the body; undefined for success. */
  readonly reason: string | undefined;
  readonly keepAlive: boolean;
  /** Minor version of the client. */
  readonly minor: 0 | 1;
  /** Answers to HEAD have no body. */
  readonly withBody: boolean;
  readonly nodeId: string;
  readonly date: string;
}

const PHRASES: Readonly<Record<number, string>> = {
  200: "OK",
  400: "Bad Request",
  405: "Method Not Allowed",
  408: "Request Timeout",
  413: "Content Too Large",
  414: "URI Too Long",
  417: "Expectation Failed",
  431: "Request Header Fields Too Large",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
};

const ALLOW = `Allow: ${METHODS.join(", ")}\r\n`;

/** The whole answer as latin1 text. */
export function writeOwnAnswer(answer: OwnAnswer): string {
  const phrase = PHRASES[answer.status] ?? "Error";
  const body = answer.reason === undefined ? "" : `${answer.status} ${phrase}: ${answer.reason}\n`;
  let head = `HTTP/1.1 ${answer.status} ${phrase}\r\nDate: ${answer.date}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${body.length}\r\nx-evenkeel-balancer: ${answer.nodeId}\r\n`;
  if (answer.reason !== undefined) head += `x-evenkeel-reason: ${answer.reason}\r\n`;
  if (answer.status === 405 || answer.status === 200) head += ALLOW;
  head += `${connectionLine(answer.keepAlive, answer.minor)}\r\n`;
  return answer.withBody ? head + body : head;
}
