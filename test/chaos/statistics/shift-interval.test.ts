import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { shiftInterval } from "../../../chaos/statistics/shift-interval.ts";
import { mannWhitneyU } from "../../../chaos/statistics/mann-whitney.ts";
import { seededRandom } from "../../../chaos/statistics/random.ts";

describe("the interval of a shift", () => {
  test("has the ranks of the table of Mann and Whitney: at 10 and 10 values the 24th of 100 from each end", () => {
    // U at most 23 is critical, two-sided at 5 %, for 10 and 10.
    const first = Array.from({ length: 10 }, (_, index) => 100 * index);
    const second = Array.from({ length: 10 }, (_, index) => index);
    const differences = first
      .flatMap((one) => second.map((other) => one - other))
      .toSorted((a, b) => a - b);
    expect(shiftInterval(first, second)).toMatchObject({
      low: differences[23],
      high: differences[76],
    });
  });

  test.each([
    [3, 3],
    [3, 4],
    [2, 7],
    [1, 30],
    [0, 9],
  ])("is none with %i and %i values: nothing could be told apart", (n, m) => {
    const values = (count: number) => Array.from({ length: count }, (_, index) => index);
    expect(shiftInterval(values(n), values(m))).toBeNull();
  });

  test.each([
    [4, 4],
    [3, 5],
    [2, 8],
  ])("is as wide as the values with %i and %i, the fewest that tell", (n, m) => {
    const first = Array.from({ length: n }, (_, index) => 100 + index);
    const second = Array.from({ length: m }, (_, index) => index);
    expect(shiftInterval(first, second)).toMatchObject({ low: 101 - m, high: 99 + n });
  });

  test("excludes 0 exactly when the test of ranks rejects that there is no shift", () => {
    const sample = fc.uniqueArray(fc.integer({ min: -1_000, max: 1_000 }), {
      minLength: 4,
      maxLength: 12,
    });
    fc.assert(
      fc.property(sample, sample, (first, second) => {
        // Halves: no value of one is a value of the other.
        const other = second.map((value) => value + 0.5);
        const found = shiftInterval(first, other);
        const { pValue } = mannWhitneyU(first, other);
        const excludes = found !== null && (found.low > 0 || found.high < 0);
        expect(excludes).toBe(pValue <= 0.05);
      }),
    );
  });

  test("contains the true shift about as often as it claims", () => {
    const random = seededRandom(5);
    const draw = (count: number) => Array.from({ length: count }, random);
    const covered = Array.from({ length: 600 }, () => {
      const found = shiftInterval(
        draw(8).map((value) => value + 3),
        draw(10),
      );
      return found !== null && found.low <= 3 && found.high >= 3;
    }).filter(Boolean).length;
    expect(covered).toBeGreaterThan(600 * 0.93);
    expect(covered).toBeLessThan(600);
  });
});
