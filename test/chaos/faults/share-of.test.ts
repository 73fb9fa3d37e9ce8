import fc from "fast-check";
import { expect, test } from "vitest";
import { shareOf } from "../../../chaos/faults/share-of.ts";

const TEN = Array.from({ length: 10 }, (_, index) => `app-${index}`);

test("a share is that many, chosen by the seed alone, in the order given", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer(), { minLength: 1 }),
      fc.double({ min: 0.001, max: 1, noNaN: true }),
      fc.integer(),
      (things, share, seed) => {
        const chosen = shareOf(things, share, seed);
        expect(chosen).toHaveLength(Math.max(1, Math.round(things.length * share)));
        expect(chosen).toEqual(things.filter((thing) => chosen.includes(thing)));
        expect(shareOf(things, share, seed)).toEqual(chosen);
      },
    ),
  );
});

test("other seeds choose others, and every one has its turn", () => {
  const choices = Array.from({ length: 200 }, (_, seed) => shareOf(TEN, 0.3, seed));
  expect(new Set(choices.map((chosen) => chosen.join())).size).toBeGreaterThan(50);
  const times = TEN.map((id) => choices.filter((chosen) => chosen.includes(id)).length);
  // 60 each are expected.
  expect(Math.min(...times)).toBeGreaterThan(30);
  expect(Math.max(...times)).toBeLessThan(100);
});

test("a share of nothing, of too much and of nobody is refused", () => {
  expect(() => shareOf([], 0.5, 1)).toThrow(/A share of nothing/);
  for (const share of [0, -1, 1.01, Number.NaN]) {
    expect(() => shareOf(TEN, share, 1)).toThrow(`The share is ${share}`);
  }
});
