import fc from "fast-check";
import { expect, test } from "vitest";
import { cliffsDelta } from "../../../chaos/statistics/effect-size.ts";
import { mannWhitneyU } from "../../../chaos/statistics/mann-whitney.ts";

test("the textbook's permeability constants give the textbook's p-value", () => {
  // Hollander and Wolfe (1973), page 69.
  const atTerm = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
  const early = [1.15, 0.88, 0.9, 0.74, 1.21];
  const { statistic, pValue, method } = mannWhitneyU(atTerm, early, "greater");
  expect([statistic, method]).toEqual([35, "exact"]);
  expect(pValue).toBeCloseTo(0.1272, 4);
});

test.each([
  { n: 5, u: 2, pValue: 0.03175 },
  { n: 10, u: 23, pValue: 0.04326 },
])(
  "the tables' critical value of two samples of $n has the tables' p-value",
  ({ n, u, pValue }) => {
    // The first sample lies below the second but for u places that one value after another is moved up.
    const second = Array.from({ length: n }, (_, index) => 100 + index);
    const first = second.map((_, index) => {
      const beats = Math.min(n, Math.max(0, u - (n - 1 - index) * n));
      return (beats === 0 ? 0 : 100 + beats - 0.5) + index / 100;
    });
    const found = mannWhitneyU(first, second);
    expect(found.statistic).toBe(u);
    expect(found.pValue).toBeCloseTo(pValue, 4);
  },
);

test("equal values count by half, and only equal values are no evidence", () => {
  expect(mannWhitneyU([1, 2], [1, 2])).toMatchObject({ statistic: 2, pValue: 1 });
  expect(mannWhitneyU([7, 7, 7], [7, 7])).toMatchObject({ statistic: 3, pValue: 1 });
  const many = Array.from({ length: 30 }, () => 7);
  expect(mannWhitneyU(many, many)).toMatchObject({ pValue: 1, method: "normal" });
});

test("large samples agree with the normal distribution", () => {
  const first = Array.from({ length: 25 }, (_, index) => 2 * index + 12);
  const second = Array.from({ length: 25 }, (_, index) => 2 * index + 1);
  const { statistic, pValue, method } = mannWhitneyU(first, second);
  expect([statistic, method]).toEqual([435, "normal"]);
  // (435 − 312.5 − ½) / √2656.25 = 2.3672
  expect(pValue).toBeCloseTo(0.0179, 4);
});

test("an empty sample is refused", () => {
  expect(() => mannWhitneyU([], [1])).toThrow(RangeError);
});

const sample = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 12 });

test("U of one sample and of the other are all pairs, and U tells the same as Cliff's delta", () => {
  fc.assert(
    fc.property(sample, sample, (first, second) => {
      const [one, other] = [mannWhitneyU(first, second), mannWhitneyU(second, first)];
      const pairs = first.length * second.length;
      expect(one.statistic + other.statistic).toBe(pairs);
      expect(one.pValue).toBeCloseTo(other.pValue, 10);
      expect((2 * one.statistic) / pairs - 1).toBeCloseTo(cliffsDelta(first, second), 10);
    }),
  );
});
