import type { RunValues } from "../../../chaos/comparison/record.ts";

/** Runs with these shares of failed requests, and as p99 a thousand times that. */
export function runsOf(shares: readonly number[]): RunValues[] {
  return shares.map((failedShare, repetition) => ({
    repetition,
    seed: repetition + 100,
    requests: 1_000,
    failed: { late: Math.round(failedShare * 1_000), errors: 0, refused: 0, unserved: 0 },
    failedShare,
    meanMs: 40,
    p50Ms: 30,
    p99Ms: failedShare * 1_000,
    maxMs: 400,
  }));
}

/** Twelve values around one, each repetition off by the same for whoever asks. */
export function around(middle: number, spread = 0.01): number[] {
  return Array.from(
    { length: 12 },
    (_, index) => middle + ((index * 7) % 12) * spread - 5.5 * spread,
  );
}
