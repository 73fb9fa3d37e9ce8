import fc from "fast-check";
import { expect, test } from "vitest";
import { bootstrapInterval, middleOf } from "../../../chaos/statistics/bootstrap.ts";
import { a12Of, cliffsDelta, effectSize } from "../../../chaos/statistics/effect-size.ts";
import { equivalencePValue } from "../../../chaos/statistics/equivalence.ts";
import { shiftBetween, shiftOfPairs } from "../../../chaos/statistics/hodges-lehmann.ts";
import { holm } from "../../../chaos/statistics/holm.ts";
import { quantileInterval } from "../../../chaos/statistics/quantile-interval.ts";
import { midRanks } from "../../../chaos/statistics/ranks.ts";
import {
  repetitionsFor,
  requireRepetitions,
  TooFewRepetitions,
} from "../../../chaos/statistics/what-n-compares.ts";

const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 30 });

test("equal values share the mean of their ranks, and ranks always add up to the same", () => {
  expect(midRanks([3, 1, 3, 2])).toEqual({ ranks: [3.5, 1, 3.5, 2], tieSizes: [2] });
  fc.assert(
    fc.property(values, (some) => {
      const sum = midRanks(some).ranks.reduce((total, rank) => total + rank, 0);
      expect(sum).toBe((some.length * (some.length + 1)) / 2);
    }),
  );
});

test("the shift of pairs is the textbook's, and moves with what all differences are moved by", () => {
  // Hollander and Wolfe (1973): the depression scale falls by 0.46.
  const differences = [0.952, -0.147, 1.022, 0.43, 0.62, 0.59, 0.49, -0.08, 0.01];
  expect(shiftOfPairs(differences)).toBeCloseTo(0.46, 10);
  fc.assert(
    fc.property(values, fc.integer({ min: -9, max: 9 }), (some, by) => {
      const moved = some.map((value) => value + by);
      expect(shiftOfPairs(moved)).toBeCloseTo(shiftOfPairs(some) + by, 10);
      expect(shiftBetween(moved, some)).toBeCloseTo(shiftBetween(some, some) + by, 10);
    }),
  );
  expect(() => shiftOfPairs([])).toThrow(RangeError);
});

test("Cliff's delta is the difference of what is greater and what is smaller", () => {
  expect(cliffsDelta([1, 2, 3], [4, 5])).toBe(-1);
  expect(cliffsDelta([1, 4], [2, 4])).toBe(-0.25);
  expect(a12Of(-0.25)).toBe(0.375);
  expect(() => cliffsDelta([], [1])).toThrow(RangeError);
});

test.each([
  [0.11, "negligible"],
  [0.12, "small"],
  [-0.28, "medium"],
  [0.41, "medium"],
  [-0.42, "large"],
  [1, "large"],
])("a delta of %d is %s", (delta, size) => {
  expect(effectSize(delta)).toBe(size);
});

test("Holm's correction is that of the textbook", () => {
  const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
  [0.03, 0.06, 0.06, 0.02].forEach((wanted, index) =>
    expect(adjusted[index]).toBeCloseTo(wanted, 10),
  );
});

test("a corrected p-value is never smaller than the one it was, nor its order another one", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }), (some) => {
      const adjusted = holm(some);
      some.forEach((pValue, index) => {
        expect(adjusted[index]).toBeGreaterThanOrEqual(pValue);
        expect(adjusted[index]).toBeLessThanOrEqual(Math.min(1, pValue * some.length));
      });
      const pairs = some.map((pValue, index) => [pValue, adjusted[index] ?? 0] as const);
      const inOrder = pairs.toSorted((a, b) => a[0] - b[0]).map(([, after]) => after);
      expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
    }),
  );
});

test("differences within the margin are equivalent, those around it or beyond are not", () => {
  const small = [0.1, -0.2, 0.1, 0, 0.2, -0.1, 0.1, -0.1, 0.05, 0];
  expect(equivalencePValue(small, 1)).toBeLessThan(0.01);
  expect(equivalencePValue(small, 0.05)).toBeGreaterThan(0.05);
  const large = small.map((difference) => difference + 3);
  expect(equivalencePValue(large, 1)).toBeGreaterThan(0.9);
  expect(() => equivalencePValue(small, 0)).toThrow(RangeError);
});

test("a bootstrap interval is the same for one seed, and of one value is that value", () => {
  const some = [3, 9, 4, 1, 7, 8, 2, 6, 5, 10];
  const interval = bootstrapInterval(some, middleOf, 7);
  expect(bootstrapInterval(some, middleOf, 7)).toEqual(interval);
  // The exact bootstrap distribution of this median has its 2.5 % and 97.5 % there.
  expect(interval).toEqual({ low: 3, high: 8 });
  expect(bootstrapInterval([4], middleOf, 1)).toEqual({ low: 4, high: 4 });
  expect(() => bootstrapInterval([], middleOf, 1)).toThrow(RangeError);
});

test("a bootstrap interval of a median lies within the values and around the median", () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 0, max: 1000 }), (some, seed) => {
      const { low, high } = bootstrapInterval(some, middleOf, seed, 200);
      expect(low).toBeGreaterThanOrEqual(Math.min(...some));
      expect(high).toBeLessThanOrEqual(Math.max(...some));
      expect(low).toBeLessThanOrEqual(high);
    }),
    { numRuns: 50 },
  );
});

test("the interval of a median is that of the tables: the 3rd and the 10th of 12 values", () => {
  const twelve = Array.from({ length: 12 }, (_, index) => index + 1);
  expect(quantileInterval(twelve, 0.5)).toMatchObject({ low: 3, high: 10 });
  expect(quantileInterval(twelve, 0.5)?.confidence).toBeCloseTo(0.9614, 4);
  expect(quantileInterval(twelve.slice(0, 5), 0.5)).toBeNull();
});

test("the interval of a higher quantile needs more values, and mirrors that of the lower one", () => {
  const values100 = Array.from({ length: 100 }, (_, index) => index + 1);
  expect(quantileInterval(values100.slice(0, 35), 0.9)).toBeNull();
  expect(quantileInterval(values100.slice(0, 36), 0.9)).not.toBeNull();
  const high = quantileInterval(values100, 0.9);
  expect(high).toMatchObject({ low: 84, high: 96 });
  expect(high?.confidence).toBeGreaterThanOrEqual(0.95);
  expect(quantileInterval(values100, 0.1)).toMatchObject({
    low: 101 - (high?.high ?? 0),
    high: 101 - (high?.low ?? 0),
  });
  expect(() => quantileInterval(values100, 1)).toThrow(RangeError);
});

test("so many repetitions are needed that one comparison of several can be significant", () => {
  expect([1, 4, 9, 16].map(repetitionsFor)).toEqual([6, 8, 9, 10]);
  expect(() => requireRepetitions(9, 9)).not.toThrow();
  expect(() => requireRepetitions(8, 9)).toThrow(TooFewRepetitions);
  expect(() => requireRepetitions(8, 9)).toThrow(/Run 9 repetitions, or compare fewer policies\.$/);
});
