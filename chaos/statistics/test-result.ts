import { errorFunction } from "simple-statistics";

/** In which direction a test looks: which of two claims a small p-value supports. */
export type Alternative = "two-sided" | "less" | "greater";

/** What a test of ranks found. */
export interface TestResult {
  readonly statistic: number;
  /** Probability of what was seen, or something further out, if there were no difference. */
  readonly pValue: number;
  /** `exact` counts every arrangement; `normal` approximates with corrections for ties and continuity. */
  readonly method: "exact" | "normal";
}

/**
 * P-value by counting.
 *
 * @param counts how many arrangements have each statistic, from 0 on
 * @param statistic a whole number within
 */
export function exactPValue(
  counts: Float64Array,
  statistic: number,
  alternative: Alternative,
): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const atMost = counts.subarray(0, statistic + 1).reduce((sum, count) => sum + count, 0) / total;
  const atLeast = counts.subarray(statistic).reduce((sum, count) => sum + count, 0) / total;
  return byAlternative(atMost, atLeast, alternative);
}

/**
 * P-value by the normal distribution, half a step corrected for continuity.
 *
 * @param deviation statistic less its mean
 * @param variance 0 when all values are equal: no difference then
 */
export function normalPValue(
  deviation: number,
  variance: number,
  alternative: Alternative,
): number {
  if (variance <= 0) return 1;
  const sd = Math.sqrt(variance);
  return byAlternative(
    lowerTail((deviation + 0.5) / sd),
    lowerTail((-deviation + 0.5) / sd),
    alternative,
  );
}

function byAlternative(atMost: number, atLeast: number, alternative: Alternative): number {
  if (alternative === "less") return Math.min(1, atMost);
  if (alternative === "greater") return Math.min(1, atLeast);
  return Math.min(1, 2 * Math.min(atMost, atLeast));
}

function lowerTail(z: number): number {
  return (1 + errorFunction(z / Math.SQRT2)) / 2;
}
