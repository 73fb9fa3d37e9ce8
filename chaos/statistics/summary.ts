import { mean, medianSorted, sampleStandardDeviation } from "simple-statistics";
import type { Summary } from "../report/record.ts";
import { quantileInterval } from "./quantile-interval.ts";
import { supportedQuantile } from "./what-n-supports.ts";

/**
 * Order statistics of one measure.
 *
 * @param values in any order
 * @returns null without values: no data is not a summary of zeros
 */
export function summarize(values: readonly number[]): Summary | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) return null;
  return {
    n: sorted.length,
    min,
    median: medianSorted(sorted),
    max,
    mean: mean(sorted),
    standardDeviation: sorted.length < 2 ? null : sampleStandardDeviation(sorted),
    medianInterval: medianInterval(sorted),
    supportsQuantile: supportedQuantile(sorted.length),
  };
}

/**
 * Confidence interval of the median from order statistics: the narrowest symmetric pair whose
 * coverage is at least 95 %, whatever the distribution. With 12 values the 3rd and the 10th, 96 %.
 *
 * @param sorted ascending
 * @returns null below 6 values, where even minimum and maximum cover less
 * @see Conover, Practical Nonparametric Statistics, confidence interval for a quantile
 */
export function medianInterval(sorted: readonly number[]): Summary["medianInterval"] {
  return quantileInterval(sorted, 0.5);
}
