/**
 * How one check ended.
 *
 * - `pass`: connected, and answered as expected
 * - `leaving`: answered that it wants no new work; counts as a pass
 * - `refused`: nobody listens on the port
 * - `reset`: the connection was broken off
 * - `closed`: the connection was closed before an answer was complete
 * - `timeout`: no answer in time, the connection's included
 * - `unreachable`: the network knows no way there
 * - `status`: answered with another status
 * - `header`: answered without an expected header field
 * - `content`: answered without the expected text in the body, or the expected bytes (tcp)
 * - `invalid`: answered something that is not HTTP
 */
export type CheckResult =
  | "pass"
  | "leaving"
  | "refused"
  | "reset"
  | "closed"
  | "timeout"
  | "unreachable"
  | "status"
  | "header"
  | "content"
  | "invalid";

/** Whether the backend is well, be it with or without a wish for new work. */
export function isPass(result: CheckResult): boolean {
  return result === "pass" || result === "leaving";
}

/**
 * Whether a failure speaks of this one backend alone. A process that is gone refuses, resets or
 * closes; one that answers wrongly, or not at all, may suffer from what the whole pool depends on.
 */
export function speaksForItself(result: CheckResult): boolean {
  return result === "refused" || result === "reset" || result === "closed";
}
