import { CONFIDENCE } from "./what-n-supports.ts";

/** Two measured values between which a quantile lies. */
export interface QuantileInterval {
  readonly low: number;
  readonly high: number;
  /** At least 0.95: the coverage that these two have. */
  readonly confidence: number;
}

/**
 * Confidence interval of a quantile from order statistics, whatever the distribution: the narrowest
 * pair of values that the quantile is outside of, on either side, with at most 2.5 %.
 *
 * @param sorted ascending
 * @param q between 0 and 1
 * @returns null when there are too few values: of a median below 6, of a p90 below 36
 * @throws RangeError when q is out of range
 * @see Conover, Practical Nonparametric Statistics, confidence interval for a quantile
 */
export function quantileInterval(sorted: readonly number[], q: number): QuantileInterval | null {
  if (!(q > 0 && q < 1)) throw new RangeError(`The quantile is ${q}. Use one between 0 and 1.`);
  const below = tail(sorted.length, q);
  const above = tail(sorted.length, 1 - q);
  const [low, high] = [sorted[below.rank - 1], sorted[sorted.length - above.rank]];
  if (low === undefined || high === undefined) return null;
  return { low, high, confidence: 1 - below.missed - above.missed };
}

/** The k-th value from one end that is still beyond the quantile but with 2.5 %, and that chance. */
function tail(n: number, q: number): { readonly rank: number; readonly missed: number } {
  // The k-th smallest lies above the quantile when fewer than k values lie below it.
  let missed = 0;
  let rank = 0;
  let logTerm = n * Math.log(1 - q);
  for (let k = 1; k <= n; k += 1) {
    const next = missed + Math.exp(logTerm);
    if (next > (1 - CONFIDENCE) / 2) break;
    missed = next;
    rank = k;
    logTerm += Math.log((n - k + 1) / k) + Math.log(q / (1 - q));
  }
  return { rank, missed };
}
