import { describe, expect, test } from "vitest";
import {
  latencyOutliers,
  successRateOutliers,
} from "../../../balancer/health/outlier-statistics.ts";

interface Shown {
  readonly id: string;
  readonly requests: number;
  readonly successes: number;
  readonly latencyMs: number;
}

/** Backends that answered so many of 1000 requests, each in 10 ms. */
const answering = (...successes: number[]): Shown[] =>
  successes.map((one, index) => ({
    id: `b${index}`,
    requests: 1_000,
    successes: one,
    latencyMs: one * 10,
  }));

/** Backends that answered 100 requests in so many milliseconds each. */
const taking = (...latenciesMs: number[]): Shown[] =>
  latenciesMs.map((one, index) => ({
    id: `b${index}`,
    requests: 100,
    successes: 100,
    latencyMs: one * 100,
  }));

const ids = (outliers: readonly { readonly sample: Shown }[]) =>
  outliers.map(({ sample }) => sample.id);

describe("success rates", () => {
  const rules = {
    deviations: 1.9,
    minimumDifference: 0.05,
    minimumBackends: 5,
    minimumRequests: 100,
  };

  test("one that fails half the time among nine that do not stands out, with its figures", () => {
    const shown = answering(1_000, 1_000, 1_000, 1_000, 500, 1_000, 1_000, 1_000, 1_000, 1_000);
    const [outlier] = successRateOutliers(shown, rules);
    expect(outlier?.sample.id).toBe("b4");
    expect(outlier?.value).toBe(0.5);
    // Mean 0.95, standard deviation 0.15.
    expect(outlier?.bound).toBeCloseTo(0.95 - 1.9 * 0.15, 9);
  });

  test("of several the worst comes first", () => {
    const many = Array.from({ length: 18 }, () => 1_000);
    expect(ids(successRateOutliers(answering(400, ...many, 300), rules))).toEqual(["b19", "b0"]);
  });

  test.each<[string, Shown[]]>([
    ["all fail alike", answering(100, 100, 100, 100, 100, 100)],
    ["one failure in a thousand is all there is", answering(999, 1_000, 1_000, 1_000, 1_000)],
    ["they are too few", answering(1_000, 1_000, 1_000, 0)],
    ["nobody is there", []],
    [
      "the one that fails has had too few requests",
      [
        ...answering(1_000, 1_000, 1_000, 1_000, 1_000),
        { id: "b9", requests: 99, successes: 0, latencyMs: 0 },
      ],
    ],
  ])("nobody stands out when %s", (_, shown) => {
    expect(successRateOutliers(shown, rules)).toEqual([]);
  });

  test("nobody stands out when it is switched off", () => {
    const shown = answering(1_000, 1_000, 1_000, 1_000, 1_000, 0);
    expect(successRateOutliers(shown, { ...rules, deviations: 0 })).toEqual([]);
    expect(ids(successRateOutliers(shown, rules))).toEqual(["b5"]);
  });
});

describe("response times", () => {
  const rules = { factor: 5, minimumDifferenceMs: 100, minimumBackends: 3, minimumRequests: 20 };

  test("one that is twenty times as slow as the median of the others stands out", () => {
    const [outlier] = latencyOutliers(taking(30, 600, 30), rules);
    expect(outlier).toMatchObject({ sample: { id: "b1" }, value: 600, bound: 150 });
  });

  test("its own slowness is no part of the median", () => {
    // The median of all four would be 250.
    expect(ids(latencyOutliers(taking(100, 100, 400, 700), rules))).toEqual(["b3"]);
  });

  test("the median of an even number of others lies between the two in the middle", () => {
    expect(latencyOutliers(taking(100, 200, 2_000), rules)[0]?.bound).toBe(750);
    expect(latencyOutliers(taking(100, 200, 300, 400, 2_000), rules)[0]?.bound).toBe(1_250);
  });

  test("of several the slowest comes first", () => {
    expect(ids(latencyOutliers(taking(10, 500, 10, 900, 10, 10), rules))).toEqual(["b3", "b1"]);
  });

  test.each<[string, Shown[]]>([
    ["it is many times as slow, but nobody would notice", taking(1, 1, 90)],
    ["it is much slower, but not by the factor", taking(1_000, 1_000, 4_900)],
    ["all are slow", taking(2_000, 2_000, 2_000)],
    ["they are too few", taking(10, 2_000)],
    [
      "it has answered too seldom",
      [...taking(10, 10, 10), { id: "b9", requests: 500, successes: 19, latencyMs: 19 * 2_000 }],
    ],
  ])("nobody stands out when %s", (_, shown) => {
    expect(latencyOutliers(shown, rules)).toEqual([]);
  });

  test("nobody stands out when it is switched off", () => {
    expect(latencyOutliers(taking(30, 600, 30), { ...rules, factor: 0 })).toEqual([]);
  });
});
