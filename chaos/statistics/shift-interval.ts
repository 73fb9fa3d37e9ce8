import { shiftBetween } from "./hodges-lehmann.ts";
import { CONFIDENCE } from "./what-n-supports.ts";

/** How much higher one sample lies than another, with its interval. */
export interface ShiftInterval {
  /** Hodges and Lehmann's estimate. */
  readonly shift: number;
  /** With at least 95 % confidence it is from `low` to `high`. */
  readonly low: number;
  readonly high: number;
}

/**
 * The shift between two samples with the interval that belongs to Mann and Whitney's test: outside of
 * it lies every shift that the test would reject. No distribution is assumed; with ties it is wider
 * than need be.
 *
 * @returns null when the samples are so small that no shift could be rejected: 3 and 4 values, 2 and 7
 * @see Moses's interval, in Conover, Practical Nonparametric Statistics
 */
export function shiftInterval(
  first: readonly number[],
  second: readonly number[],
): ShiftInterval | null {
  const [n, m] = [first.length, second.length];
  if (n === 0 || m === 0) return null;
  const rejected = rejectedBelow(n, m);
  if (rejected === 0) return null;
  const differences = first
    .flatMap((one) => second.map((other) => one - other))
    .sort((a, b) => a - b);
  const [low, high] = [differences[rejected - 1], differences[n * m - rejected]];
  if (low === undefined || high === undefined) return null;
  return { shift: shiftBetween(first, second), low, high };
}

/** How many values of U, from 0 on, are together no likelier than half of what is risked. */
function rejectedBelow(n: number, m: number): number {
  // Probabilities, as the counts themselves soon leave what numbers hold.
  let likelihoods: readonly (readonly number[])[] = Array.from({ length: m + 1 }, () => [1]);
  for (let i = 1; i <= n; i += 1) {
    const next: number[][] = [[1]];
    for (let j = 1; j <= m; j += 1) {
      // The greatest value is of the first sample, and above all j of the second, or of the second.
      const [ofFirst, ofSecond] = [likelihoods[j] ?? [], next[j - 1] ?? []];
      next.push(
        Array.from(
          { length: i * j + 1 },
          (_, u) => ((ofFirst[u - j] ?? 0) * i + (ofSecond[u] ?? 0) * j) / (i + j),
        ),
      );
    }
    likelihoods = next;
  }
  let sum = 0;
  for (const [u, likelihood] of (likelihoods[m] ?? []).entries()) {
    sum += likelihood;
    if (sum > (1 - CONFIDENCE) / 2 + 1e-12) return u;
  }
  return 0;
}
