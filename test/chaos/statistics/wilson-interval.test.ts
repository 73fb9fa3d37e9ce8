import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wilsonInterval } from "../../../chaos/statistics/wilson-interval.ts";

describe("the interval of a probability", () => {
  // Newcombe (1998), Two-sided confidence intervals for the single proportion, table I, method 3.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("is the published one: %s of %s", (happened, trials, low, high) => {
    const interval = wilsonInterval(happened, trials, 0.95);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  const tried = fc
    .integer({ min: 1, max: 500 })
    .chain((trials) => fc.tuple(fc.integer({ min: 0, max: trials }), fc.constant(trials)));

  test("holds the share, lies within 0 and 1, and is wider with more confidence", () => {
    fc.assert(
      fc.property(tried, ([happened, trials]) => {
        const narrow = wilsonInterval(happened, trials, 0.95);
        const wide = wilsonInterval(happened, trials, 0.99);
        expect(narrow.low).toBeLessThanOrEqual(happened / trials);
        expect(narrow.high).toBeGreaterThanOrEqual(happened / trials);
        expect(wide.low).toBeLessThanOrEqual(narrow.low);
        expect(wide.high).toBeGreaterThanOrEqual(narrow.high);
        expect(wide.low).toBeGreaterThanOrEqual(0);
        expect(wide.high).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("is the mirror image for what did not happen", () => {
    fc.assert(
      fc.property(tried, ([happened, trials]) => {
        const one = wilsonInterval(happened, trials, 0.95);
        const other = wilsonInterval(trials - happened, trials, 0.95);
        expect(one.low).toBeCloseTo(1 - other.high, 12);
        expect(one.high).toBeCloseTo(1 - other.low, 12);
      }),
    );
  });

  test("ends at exactly 0 or 1 when it happened never or always", () => {
    expect(wilsonInterval(0, 7, 0.99).low).toBe(0);
    expect(wilsonInterval(7, 7, 0.99).high).toBe(1);
  });

  test.each([
    [1, 0, 0.95],
    [-1, 5, 0.95],
    [6, 5, 0.95],
    [1.5, 5, 0.95],
    [1, 5, 1],
  ])("refuses what makes no sense: %s of %s with confidence %s", (happened, trials, confidence) => {
    expect(() => wilsonInterval(happened, trials, confidence)).toThrow("wilsonInterval");
  });
});
