import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { medianInterval, summarize } from "../../../chaos/statistics/summary.ts";

const upTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1);

describe("summary", () => {
  test("no values have no summary", () => {
    expect(summarize([])).toBeNull();
  });

  test("one value is its own minimum, median and maximum and has no deviation", () => {
    expect(summarize([4])).toEqual({
      n: 1,
      min: 4,
      median: 4,
      max: 4,
      mean: 4,
      standardDeviation: null,
      medianInterval: null,
      supportsQuantile: expect.closeTo(0.05, 10),
    });
  });

  test("order does not matter and the deviation is the sample's", () => {
    expect(summarize([9, 2, 4, 4, 5, 4, 7, 5])).toMatchObject({
      n: 8,
      min: 2,
      median: 4.5,
      max: 9,
      mean: 5,
      standardDeviation: expect.closeTo(Math.sqrt(32 / 7), 10),
    });
  });

  // Coverage = 1 − 2 P(Binomial(n, ½) < rank), worked out by hand.
  test.each([
    { n: 6, low: 1, high: 6, confidence: 1 - 2 / 64 },
    { n: 8, low: 1, high: 8, confidence: 1 - 2 / 256 },
    { n: 9, low: 2, high: 8, confidence: 1 - 20 / 512 },
    { n: 12, low: 3, high: 10, confidence: 1 - 158 / 4096 },
    { n: 20, low: 6, high: 15, confidence: 0.9586 },
  ])("median interval of $n values is the values of rank $low and $high", (row) => {
    const interval = medianInterval(upTo(row.n));
    expect(interval).toEqual({
      low: row.low,
      high: row.high,
      confidence: expect.closeTo(row.confidence, 4),
    });
  });

  test("five values have no median interval: even minimum and maximum cover only 94 %", () => {
    expect(medianInterval(upTo(5))).toBeNull();
    expect(medianInterval([])).toBeNull();
  });

  test("the interval holds the median, covers at least 95 %, and stays finite for many values", () => {
    fc.assert(
      fc.property(fc.integer({ min: 6, max: 3_000 }), (n) => {
        const interval = medianInterval(upTo(n));
        const median = (n + 1) / 2;
        expect(interval?.low).toBeLessThanOrEqual(median);
        expect(interval?.high).toBeGreaterThanOrEqual(median);
        expect(interval?.confidence).toBeGreaterThanOrEqual(0.95);
        expect(interval?.confidence).toBeLessThan(1);
      }),
      { numRuns: 50 },
    );
  });
});
