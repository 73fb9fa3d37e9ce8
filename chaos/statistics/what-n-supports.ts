import type { Objective } from "../scenario.ts";

/** Confidence of every claim about a quantile. */
export const CONFIDENCE = 0.95;

/**
 * What n trials that all passed say: this quantile is within the bound with 95 % confidence. If more
 * than 1 − q of all trials missed it, n passes in a row would be less likely than 5 %: q = 0.05^(1/n).
 *
 * @throws RangeError unless n is a whole number from 1
 */
export function supportedQuantile(n: number): number {
  if (!Number.isInteger(n) || n < 1) {
    throw new RangeError(`The number of trials is ${n}. Use a whole number from 1.`);
  }
  return (1 - CONFIDENCE) ** (1 / n);
}

/** The same as a whole percentile, rounded down: a claim never says more than the trials do. */
export function supportedPercentile(n: number): number {
  return Math.floor(supportedQuantile(n) * 100);
}

/**
 * Trials needed to claim a quantile: 14 for p80, 29 for p90, 59 for p95, 299 for p99.
 *
 * @throws RangeError unless q is between 0 and 1
 */
export function trialsFor(q: number): number {
  if (!(q > 0 && q < 1)) throw new RangeError(`The quantile is ${q}. Use one between 0 and 1.`);
  return Math.ceil(Math.log(1 - CONFIDENCE) / Math.log(q) - 1e-9);
}

/** The quantile that a statistic names; null for `every trial` and `median`, which any number of trials can have. */
export function quantileOf(statistic: Objective["statistic"]): number | null {
  if (statistic === "every trial" || statistic === "median") return null;
  const percent = /^p(\d{1,2}(?:\.\d+)?)$/.exec(statistic)?.[1];
  const quantile = Number(percent) / 100;
  if (!(quantile > 0)) {
    throw new RangeError(
      `The statistic is "${statistic}". Use "every trial", "median", or a percentile such as "p95".`,
    );
  }
  return quantile;
}

/** A percentile was asked for that the number of trials cannot support. */
export class UnsupportedStatistic extends Error {
  readonly code = "unsupported-statistic";
  readonly side = "internal";
  readonly retryable = false;

  constructor(statistic: string, trials: number, needed: number) {
    super(
      `${trials} trials cannot support ${statistic}: if all pass, they support p${supportedPercentile(trials)} with 95 % confidence. Run ${needed} trials, or name a lower percentile.`,
    );
    this.name = "UnsupportedStatistic";
  }
}

/**
 * Refuses a statistic before anything is run.
 *
 * @throws UnsupportedStatistic when the trials cannot support it
 * @throws RangeError when it is not a statistic
 */
export function requireSupport(statistic: Objective["statistic"], trials: number): void {
  const quantile = quantileOf(statistic);
  if (quantile === null) return;
  const needed = trialsFor(quantile);
  if (trials < needed) throw new UnsupportedStatistic(statistic, trials, needed);
}

/** The sentence that reports print: what these trials can claim. */
export function whatTrialsSupport(n: number): string {
  return `If all ${n} trials pass, p${supportedPercentile(n)} is within the bound with 95 % confidence.`;
}
