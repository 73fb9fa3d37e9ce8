import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nearestRank } from "../../../chaos/statistics/quantile.ts";

describe("quantile by nearest rank", () => {
  test.each([
    { values: [15, 20, 35, 40, 50], q: 0.05, expected: 15 },
    { values: [15, 20, 35, 40, 50], q: 0.3, expected: 20 },
    { values: [15, 20, 35, 40, 50], q: 0.4, expected: 20 },
    { values: [15, 20, 35, 40, 50], q: 0.5, expected: 35 },
    { values: [15, 20, 35, 40, 50], q: 1, expected: 50 },
    { values: [3], q: 0.95, expected: 3 },
    { values: [3, 1, 2], q: 0.5, expected: 2 },
  ])("$q of $values is $expected", ({ values, q, expected }) => {
    expect(nearestRank(values, q)).toBe(expected);
  });

  test("0.07 of 100 values is the 7th, although 0.07 × 100 is a little above 7", () => {
    expect(
      nearestRank(
        Array.from({ length: 100 }, (_, index) => index + 1),
        0.07,
      ),
    ).toBe(7);
  });

  test("no values and quantiles outside (0, 1] are refused", () => {
    expect(() => nearestRank([], 0.5)).toThrow("no values");
    expect(() => nearestRank([1], 0)).toThrow(RangeError);
    expect(() => nearestRank([1], 1.1)).toThrow(RangeError);
  });

  test("at least the share q is not above it, and less than q is below it", () => {
    const values = fc.array(fc.integer(), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 100 }), (list, percent) => {
        const value = nearestRank(list, percent / 100);
        const notAbove = list.filter((other) => other <= value).length;
        const below = list.filter((other) => other < value).length;
        expect(notAbove * 100).toBeGreaterThanOrEqual(percent * list.length);
        expect(below * 100).toBeLessThan(percent * list.length);
      }),
    );
  });
});
