/**
 * Time stamps of records and events: CLOCK_MONOTONIC in nanoseconds, as decimal strings where they
 * are written down. All processes of one kernel share that clock.
 */

/** Milliseconds from one stamp to a later one; negative when it is earlier. */
export function msBetween(fromNs: bigint, toNs: bigint): number {
  return Number(toNs - fromNs) / 1e6;
}

/** Nanoseconds of a duration, rounded. */
export function nsOfMs(ms: number): bigint {
  return BigInt(Math.round(ms * 1e6));
}
