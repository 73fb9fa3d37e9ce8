import { untilTime } from "../at-time.ts";
import type { Moment } from "../environment.ts";
import { momentBetween } from "./hand-client.ts";

/** What the engine needs from a call to its effect, as a rule: calls at a time are begun so much earlier. */
const CALL_TAKES_NS = 8_000_000n;

/**
 * Calls the engine, whose effect falls between the call and the answer.
 *
 * @param atNs when the effect should fall, on CLOCK_MONOTONIC; at once when absent or too near
 */
export async function timedCall(call: () => Promise<void>, atNs?: bigint): Promise<Moment> {
  if (atNs !== undefined) await untilTime(atNs - CALL_TAKES_NS);
  const fromNs = process.hrtime.bigint();
  await call();
  return momentBetween(fromNs, process.hrtime.bigint());
}
