import type { LatencyRules, OutlierRules, SuccessRateRules } from "./outlier-rules.ts";

/** What one backend showed in an interval. */
export interface IntervalSample {
  readonly requests: number;
  readonly successes: number;
  /** Sum over the successes. */
  readonly latencyMs: number;
}

/** One that stands out, the worst first. */
export interface StandsOut<S> {
  readonly sample: S;
  /** Success rate, or mean response time in milliseconds. */
  readonly value: number;
  /** The bound that it is beyond. */
  readonly bound: number;
}

/** Everybody who stands out in an interval, once: who fails comes before who is slow. */
export function outliersOf<S extends IntervalSample>(
  samples: readonly S[],
  { successRate, latency }: Pick<OutlierRules, "successRate" | "latency">,
): (StandsOut<S> & { readonly reason: "success-rate" | "latency" })[] {
  const failing = successRateOutliers(samples, successRate);
  const known = new Set(failing.map(({ sample }) => sample));
  const slow = latencyOutliers(samples, latency).filter(({ sample }) => !known.has(sample));
  return [
    ...failing.map((one) => ({ ...one, reason: "success-rate" as const })),
    ...slow.map((one) => ({ ...one, reason: "latency" as const })),
  ];
}

/**
 * Those whose success rate is below mean − deviations × standard deviation, and below the mean by more
 * than the minimum difference: among the faultless, one failure would be beyond any deviation.
 *
 * @see Envoy, "Outlier detection", success rate
 */
export function successRateOutliers<S extends IntervalSample>(
  samples: readonly S[],
  rules: SuccessRateRules,
): StandsOut<S>[] {
  const judged = samples.filter(({ requests }) => requests >= rules.minimumRequests);
  if (rules.deviations === 0 || judged.length < rules.minimumBackends) return [];
  const rates = judged.map(({ successes, requests }) => successes / requests);
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const variance = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / rates.length;
  const distance = Math.max(rules.deviations * Math.sqrt(variance), rules.minimumDifference);
  const bound = mean - distance;
  return judged
    .map((sample, index) => ({ sample, value: rates[index] ?? 1, bound }))
    .filter(({ value }) => value < bound)
    .toSorted((one, other) => one.value - other.value);
}

/**
 * Those whose mean response time is beyond factor × median of the others' and by more than the
 * minimum difference. Only successes count: a fast failure must not hide a slow backend.
 */
export function latencyOutliers<S extends IntervalSample>(
  samples: readonly S[],
  rules: LatencyRules,
): StandsOut<S>[] {
  const judged = samples
    .filter(({ successes }) => successes >= rules.minimumRequests)
    .map((sample) => ({ sample, value: sample.latencyMs / sample.successes }))
    .toSorted((one, other) => other.value - one.value);
  if (rules.factor === 0 || judged.length < rules.minimumBackends) return [];
  return judged
    .map(({ sample, value }, index) => {
      const median = medianWithout(judged, index);
      const bound = Math.max(rules.factor * median, median + rules.minimumDifferenceMs);
      return { sample, value, bound };
    })
    .filter(({ value, bound }) => value > bound);
}

/** Median of sorted values without the one at an index; there are at least two values. */
function medianWithout(sorted: readonly { readonly value: number }[], without: number): number {
  const count = sorted.length - 1;
  const at = (place: number): number => sorted[place < without ? place : place + 1]?.value ?? 0;
  const middle = Math.floor(count / 2);
  return count % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
}
