/**
 * How one check ended.
 *
 * - `pass`: connected (tcp), or answered with an expected status (http)
 * - `refused`: nobody listens on the port
 * - `reset`: the connection was broken off
 * - `closed`: the connection was closed before an answer was complete
 * - `timeout`: no answer in time, the connection's included
 * - `unreachable`: the network knows no way there
 * - `status`: answered with another status
 * - `invalid`: answered something that is not HTTP
 */
export type CheckResult =
  | "pass"
  | "refused"
  | "reset"
  | "closed"
  | "timeout"
  | "unreachable"
  | "status"
  | "invalid";

/**
 * Whether a failure speaks of this one backend alone. A process that is gone refuses, resets or
 * closes; one that answers wrongly, or not at all, may suffer from what the whole pool depends on.
 */
export function speaksForItself(result: CheckResult): boolean {
  return result === "refused" || result === "reset" || result === "closed";
}
