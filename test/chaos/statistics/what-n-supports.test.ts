import { describe, expect, test } from "vitest";
import {
  quantileOf,
  requireSupport,
  supportedPercentile,
  supportedQuantile,
  trialsFor,
  UnsupportedStatistic,
  whatTrialsSupport,
} from "../../../chaos/statistics/what-n-supports.ts";

describe("what a number of trials supports", () => {
  test.each([
    { n: 5, quantile: 0.549, percentile: 54 },
    { n: 10, quantile: 0.741, percentile: 74 },
    { n: 14, quantile: 0.807, percentile: 80 },
    { n: 20, quantile: 0.861, percentile: 86 },
    { n: 29, quantile: 0.902, percentile: 90 },
    { n: 59, quantile: 0.95, percentile: 95 },
    { n: 299, quantile: 0.99, percentile: 99 },
  ])("$n passes in a row support p$percentile", ({ n, quantile, percentile }) => {
    expect(supportedQuantile(n)).toBeCloseTo(quantile, 3);
    expect(supportedPercentile(n)).toBe(percentile);
  });

  test.each([
    { percentile: 80, trials: 14 },
    { percentile: 90, trials: 29 },
    { percentile: 95, trials: 59 },
    { percentile: 99, trials: 299 },
  ])("p$percentile needs $trials trials and not one fewer", ({ percentile, trials }) => {
    expect(trialsFor(percentile / 100)).toBe(trials);
    expect(() => requireSupport(`p${percentile}`, trials)).not.toThrow();
    expect(() => requireSupport(`p${percentile}`, trials - 1)).toThrow(UnsupportedStatistic);
  });

  test("the refusal says what the trials do support and how many are needed", () => {
    expect(() => requireSupport("p95", 12)).toThrow(
      "12 trials cannot support p95: if all pass, they support p77 with 95 % confidence. Run 59 trials, or name a lower percentile.",
    );
  });

  test("every trial and the median can be had from one trial", () => {
    expect(() => requireSupport("every trial", 1)).not.toThrow();
    expect(() => requireSupport("median", 1)).not.toThrow();
  });

  test.each(["p0", "p100", "p-5", "p1e3", "pNaN"] as const)("%s is not a statistic", (text) => {
    expect(() => quantileOf(text as `p${number}`)).toThrow(RangeError);
  });

  test("a percentile may have a fraction", () => {
    expect(quantileOf("p99.9")).toBeCloseTo(0.999, 10);
    expect(trialsFor(0.999)).toBe(2995);
  });

  test("no trials support nothing", () => {
    expect(() => supportedQuantile(0)).toThrow(RangeError);
    expect(() => trialsFor(1)).toThrow(RangeError);
  });

  test("reports say it in one sentence", () => {
    expect(whatTrialsSupport(20)).toBe(
      "If all 20 trials pass, p86 is within the bound with 95 % confidence.",
    );
  });
});
