import type { Outcome } from "../probe.ts";
import type { HttpResponse } from "./http-response.ts";

/**
 * The outcome class of a socket error.
 *
 * @returns null when the fault is this machine's own (no port, descriptor or memory left): then
 * nothing was sent, and the probe says nothing about the other side
 * @see errno(3)
 */
export function outcomeOfError(code: string | undefined): Exclude<Outcome, "ok"> | null {
  switch (code) {
    case "ECONNREFUSED":
      return "refused";
    case "ECONNRESET":
    case "ECONNABORTED":
    case "EPIPE":
      return "reset";
    case "ETIMEDOUT":
      return "timeout";
    case "EADDRNOTAVAIL":
    case "EADDRINUSE":
    case "EMFILE":
    case "ENFILE":
    case "ENOBUFS":
    case "ENOMEM":
      return null;
    default:
      // EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN, EPERM and EACCES (a local packet filter).
      return "unreachable";
  }
}

/** The outcome class of a complete response. */
export function outcomeOfResponse(
  response: HttpResponse,
  expected: { readonly seq: number; readonly nodes: readonly string[] },
): Outcome {
  const echo = response.header("x-evenkeel-seq");
  if (echo !== null && echo !== String(expected.seq)) return "corrupt";
  const status = response.status ?? 0;
  if (status < 200 || status >= 400) return "http_error";
  if (expected.nodes.length === 0) return "ok";
  const node = response.header("x-evenkeel-node");
  return node !== null && expected.nodes.includes(node) ? "ok" : "wrong_node";
}
