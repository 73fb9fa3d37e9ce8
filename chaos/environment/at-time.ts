import { setTimeout as sleep } from "node:timers/promises";

/** The last part is spun: a timer may be a millisecond or two late. */
const SPIN_NS = 2_500_000n;

/** Resolves at a time on CLOCK_MONOTONIC, to some microseconds; at once when it has passed. */
export async function untilTime(atNs: bigint): Promise<void> {
  const remaining = atNs - process.hrtime.bigint() - SPIN_NS;
  if (remaining > 0n) await sleep(Number(remaining / 1_000_000n));
  while (process.hrtime.bigint() < atNs);
}
