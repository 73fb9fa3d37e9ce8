import { expect, test } from "vitest";
import fc from "fast-check";
import { failureBound } from "../../../chaos/statistics/failure-bound.ts";
import { supportedQuantile } from "../../../chaos/statistics/what-n-supports.ts";

test.each([
  // Of tables of the exact binomial limit, one-sided at 95 %.
  [0, 1, 0.95],
  [0, 10, 0.2589],
  [1, 10, 0.3942],
  [2, 20, 0.2826],
  [5, 100, 0.1023],
  [9, 10, 0.9949],
  [3, 3, 1],
  [0, 0, 1],
])("%i failures in %i tries are a rate of at most %f", (failures, tries, bound) => {
  expect(failureBound(failures, tries)).toBeCloseTo(bound, 4);
});

test("59 passes in a row bound the rate at 5 %, 58 do not", () => {
  expect(failureBound(0, 59)).toBeLessThanOrEqual(0.05);
  expect(failureBound(0, 58)).toBeGreaterThan(0.05);
});

test("without a failure it is what the trials of a run support", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000 }), (tries) => {
      expect(failureBound(0, tries)).toBeCloseTo(1 - supportedQuantile(tries), 9);
    }),
  );
});

test("it is above the share seen, and more failures never make it smaller", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000 }), fc.nat(4_999), (tries, some) => {
      const failures = some % tries;
      const bound = failureBound(failures, tries);
      expect(bound).toBeGreaterThan(failures / tries);
      expect(failureBound(failures + 1, tries)).toBeGreaterThan(bound);
    }),
  );
});

test.each([
  [-1, 3],
  [4, 3],
  [0.5, 3],
  [0, Number.NaN],
])("%f failures in %f tries are refused", (failures, tries) => {
  expect(() => failureBound(failures, tries)).toThrow(/failures in .* tries.*whole numbers/);
});
