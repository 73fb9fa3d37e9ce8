import { expect, test } from "vitest";
import { deviationsApart, heterogeneity } from "../../../chaos/statistics/homogeneity.ts";
import { seededRandom } from "../../../chaos/statistics/random.ts";

test("the same shares are no deviation, and few observations are little", () => {
  expect(heterogeneity([10, 20, 30], [20, 40, 60])).toBeLessThan(0);
  expect(heterogeneity([2, 1], [1, 2])).toBeLessThan(1.5);
  expect(heterogeneity([200, 100], [100, 200])).toBeGreaterThan(6);
});

test("a chi-square of 5.991 with two degrees of freedom has the deviate of 5 %", () => {
  // Three categories, equal samples: chi-square is the sum of (a − b)² / (a + b).
  const off = Math.sqrt((5.991 * 200) / 2);
  const deviate = heterogeneity(
    [100 + off / 2, 100 - off / 2, 100],
    [100 - off / 2, 100 + off / 2, 100],
  );
  expect(deviate).toBeGreaterThan(1.62);
  expect(deviate).toBeLessThan(1.67);
});

test("a category that nobody is in counts for nothing", () => {
  expect(heterogeneity([30, 20, 0], [15, 30, 0])).toBe(heterogeneity([30, 20], [15, 30]));
  expect(heterogeneity([30], [20])).toBe(0);
  expect(heterogeneity([], [])).toBe(0);
  expect(heterogeneity([0, 0], [3, 4])).toBe(0);
});

test("of samples with the same shares, one in a hundred is beyond the deviate of 1 %", () => {
  const random = seededRandom(5);
  const draw = (): number[] => {
    const counts = [0, 0, 0, 0];
    for (let one = 0; one < 120; one += 1) {
      const at = Math.floor(random() * 4);
      counts[at] = (counts[at] ?? 0) + 1;
    }
    return counts;
  };
  const beyond = Array.from({ length: 3_000 }, () => heterogeneity(draw(), draw())).filter(
    (deviate) => deviate > 2.326,
  ).length;
  // 30 expected; binomial deviation 5.4.
  expect(beyond).toBeGreaterThan(12);
  expect(beyond).toBeLessThan(48);
});

test("two shares are as many deviations apart as the pooled test says", () => {
  // (0.4 − 0.5) / √(0.45 · 0.55 · (1/100 + 1/100))
  expect(deviationsApart({ count: 40, of: 100, otherCount: 50, otherOf: 100 })).toBeCloseTo(
    1.421,
    3,
  );
  expect(deviationsApart({ count: 0, of: 10, otherCount: 0, otherOf: 5 })).toBe(0);
  expect(deviationsApart({ count: 0, of: 0, otherCount: 3, otherOf: 5 })).toBe(0);
});
