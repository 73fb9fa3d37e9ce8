/**
 * What became of a try, as live traffic judges a backend by it.
 *
 * - `answered`: a whole response of a status below 500 (http), or a byte or an orderly end (tcp)
 * - `server-error`: a status of 500 or above, other than
 * - `gateway-error`: 502, 503 or 504
 * - `connect-failed`: no connection
 * - `connect-timeout`: no connection in time
 * - `response-timeout`: connected, and then silent for too long
 * - `broken`: connected, and then reset, closed too early, or not understood
 */
export type Outcome =
  | "answered"
  | "server-error"
  | "gateway-error"
  | "connect-failed"
  | "connect-timeout"
  | "response-timeout"
  | "broken";

/** What a status says of the backend that answered with it. */
export function outcomeOfStatus(status: number): Outcome {
  if (status < 500) return "answered";
  return status >= 502 && status <= 504 ? "gateway-error" : "server-error";
}

/** Whether there was no connection. */
export function isConnectFailure(outcome: Outcome): boolean {
  return outcome === "connect-failed" || outcome === "connect-timeout";
}

/** Whether the backend was silent for too long. */
export function isTimeout(outcome: Outcome): boolean {
  return outcome === "connect-timeout" || outcome === "response-timeout";
}

/**
 * Whether a failure speaks of this one backend alone, as a process that is gone does. A wrong answer
 * or none at all may come from what the whole pool depends on.
 */
export function accusesItself(outcome: Outcome): boolean {
  return outcome === "connect-failed" || outcome === "broken";
}
