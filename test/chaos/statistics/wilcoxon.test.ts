import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wilcoxonSignedRank } from "../../../chaos/statistics/wilcoxon.ts";

/** Hamilton depression scale before and after; Hollander and Wolfe (1973), page 29. */
const BEFORE = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
const AFTER = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
const DIFFERENCES = BEFORE.map((before, index) => before - (AFTER[index] ?? 0));

test("the textbook's depression scale gives the textbook's p-value", () => {
  const { statistic, pValue, method } = wilcoxonSignedRank(DIFFERENCES, "greater");
  expect([statistic, method]).toEqual([40, "exact"]);
  expect(pValue).toBeCloseTo(0.01953, 5);
});

test.each([
  { n: 10, critical: 8, pValue: 0.0488 },
  { n: 12, critical: 13, pValue: 0.0425 },
  { n: 20, critical: 52, pValue: 0.0484 },
])("the tables' critical value of n = $n has the tables' p-value", ({ n, critical, pValue }) => {
  // Positive are the ranks that add up to the critical value; the smaller ones first.
  let left = critical;
  const differences = Array.from({ length: n }, (_, index) => n - index).map((rank) => {
    const positive = rank <= left;
    left -= positive ? rank : 0;
    return positive ? rank : -rank;
  });
  const found = wilcoxonSignedRank(differences);
  expect(found.statistic).toBe(critical);
  expect(found.pValue).toBeCloseTo(pValue, 4);
});

describe("at the edges", () => {
  test("no difference at all is no evidence", () => {
    expect(wilcoxonSignedRank([0, 0, 0])).toMatchObject({ statistic: 0, pValue: 1 });
    expect(wilcoxonSignedRank([]).pValue).toBe(1);
  });

  test("the smallest p-value of n pairs is 2 / 2ⁿ", () => {
    expect(wilcoxonSignedRank([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).pValue).toBe(2 / 2 ** 10);
    expect(wilcoxonSignedRank([3, 3, 3, 3]).pValue).toBe(2 / 2 ** 4);
  });

  test("so many pairs that they are not counted agree with the normal distribution", () => {
    const differences = Array.from(
      { length: 60 },
      (_, index) => (index % 3 === 0 ? -1 : 1) * index,
    );
    const { statistic, pValue, method } = wilcoxonSignedRank(differences.slice(1));
    expect([statistic, method]).toEqual([1200, "normal"]);
    // (1200 − 885 − ½) / √17552.5 = 2.3738
    expect(pValue).toBeCloseTo(0.0176, 4);
  });
});

const differencesOf = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 30 });

test("to change every sign changes the side and not the p-value", () => {
  fc.assert(
    fc.property(differencesOf, (differences) => {
      const mirrored = differences.map((difference) => -difference);
      const [one, other] = [wilcoxonSignedRank(differences), wilcoxonSignedRank(mirrored)];
      expect(other.pValue).toBeCloseTo(one.pValue, 10);
      expect(wilcoxonSignedRank(mirrored, "less").pValue).toBeCloseTo(
        wilcoxonSignedRank(differences, "greater").pValue,
        10,
      );
    }),
  );
});
