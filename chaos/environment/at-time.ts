import { setTimeout as sleep } from "node:timers/promises";

/** Until so long before the time a timer will do, which may be a millisecond or two late. */
const TIMER_MARGIN_NS = 2_500_000n;
/** The last part is spun: a thread that waits for the kernel wakes some 60 µs late, its timer slack. */
const SPIN_NS = 100_000n;

/** Nobody ever wakes a thread that waits on this. */
const nobody = new Int32Array(new SharedArrayBuffer(4));

/**
 * Blocks this thread, without using the CPU, for about so many milliseconds; fractions count. Only
 * for moments in which the event loop must not run or a timer would be too coarse.
 */
export function pauseThread(ms: number): void {
  Atomics.wait(nobody, 0, 0, ms);
}

/**
 * Resolves at a time on CLOCK_MONOTONIC, to some microseconds; at once when it has passed. The thread
 * is blocked for the last milliseconds, nearly all of them asleep: spinning would take one core of a
 * small machine from what is measured, at the very moment that matters.
 */
export async function untilTime(atNs: bigint): Promise<void> {
  const remaining = atNs - process.hrtime.bigint() - TIMER_MARGIN_NS;
  if (remaining > 0n) await sleep(Number(remaining / 1_000_000n));
  for (;;) {
    const waitNs = atNs - process.hrtime.bigint() - SPIN_NS;
    // A wait may end a little early; only the clock decides.
    if (waitNs <= 0n) break;
    pauseThread(Number(waitNs) / 1e6);
  }
  while (process.hrtime.bigint() < atNs);
}
