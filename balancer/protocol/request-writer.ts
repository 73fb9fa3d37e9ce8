import { FIELD } from "./field-name.ts";
import { passedFields, strippedTable } from "./field-writer.ts";
import type { RequestHead } from "./request.ts";

/** Everything that is written anew, or means nothing beyond the client's connection. */
const STRIPPED = strippedTable([
  FIELD.underscore,
  FIELD.host,
  FIELD.contentLength,
  FIELD.transferEncoding,
  FIELD.connection,
  FIELD.expect,
  FIELD.maxForwards,
  FIELD.hopByHop,
  FIELD.clientIdentity,
  // A backend that echoes what it gets would leave at any client's word.
  FIELD.leaving,
]);

/** What the balancer adds to a request. */
export interface Forwarding {
  /** Address of the peer, without a port. */
  readonly client: string;
  /** Host for a request that came without one: the backend's own address. */
  readonly fallbackHost: string;
}

/**
 * The head that goes upstream: built from parsed fields, framing regenerated, one Host, origin-form
 * target, client identity overwritten (no peer is trusted).
 *
 * @see RFC 9110 §7.6 (Connection, Max-Forwards, Via)
 */
export function writeRequestHead(request: RequestHead, forwarding: Forwarding): string {
  const host = request.host ?? forwarding.fallbackHost;
  let head = `${request.method} ${request.origin} HTTP/1.1\r\nHost: ${host}\r\n`;
  head += passedFields(request.section, STRIPPED, request.nominated);
  head += `X-Forwarded-For: ${forwarding.client}\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: ${host}\r\nVia: 1.${request.minor} evenkeel\r\n`;
  if (request.framing === "length") head += `Content-Length: ${request.length}\r\n`;
  else if (request.framing === "chunked") head += "Transfer-Encoding: chunked\r\n";
  if (request.expectsContinue) head += "Expect: 100-continue\r\n";
  if (request.maxForwards !== undefined) head += `Max-Forwards: ${request.maxForwards - 1}\r\n`;
  return `${head}\r\n`;
}
