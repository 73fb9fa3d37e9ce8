import fc from "fast-check";
import { expect, test } from "vitest";
import { kaplanMeier, type Lifetime } from "../../../chaos/statistics/kaplan-meier.ts";

const lifetimes = (until: readonly number[], lasting: readonly number[]): Lifetime[] => [
  ...until.map((at) => ({ until: at, ended: true })),
  ...lasting.map((at) => ({ until: at, ended: false })),
];

test("the remissions of Freireich's 21 patients survive as the textbooks have it", () => {
  const steps = kaplanMeier(
    lifetimes([6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]),
  );
  expect(steps.map(({ at, atRisk, ended }) => [at, atRisk, ended])).toEqual([
    [6, 21, 3],
    [7, 17, 1],
    [10, 15, 1],
    [13, 12, 1],
    [16, 11, 1],
    [22, 7, 1],
    [23, 6, 1],
  ]);
  expect(steps.map(({ surviving }) => Number(surviving.toFixed(4)))).toEqual([
    0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482,
  ]);
});

test("nothing ends when nothing is there or all lasts", () => {
  expect(kaplanMeier([])).toEqual([]);
  expect(kaplanMeier(lifetimes([], [3, 4]))).toEqual([]);
});

test("where all are seen to their end, it is the share that lasted longer", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1 }), (until) => {
      for (const { at, surviving } of kaplanMeier(lifetimes(until, []))) {
        const longer = until.filter((one) => one > at).length / until.length;
        expect(surviving).toBeCloseTo(longer, 9);
      }
    }),
  );
});
