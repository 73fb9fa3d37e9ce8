import { expect, test } from "vitest";
import { nextCheckAt, secondCheckAt } from "../../../balancer/health/schedule.ts";
import { seeded } from "../selection/policy-contract.ts";

test("the second round is spread evenly over one interval", () => {
  const second = [0, 1, 2, 3].map((position) => secondCheckAt(100, 2_000, position, 4));
  expect(second).toEqual([600, 1_100, 1_600, 2_100]);
});

test("a lone backend keeps the interval from its first check on", () => {
  expect(secondCheckAt(100, 2_000, 0, 1)).toBe(2_100);
});

test.each([
  ["the shortest", 0, 1_900],
  ["the middle", 0.5, 2_100],
])("jitter of a tenth: %s interval", (_, random, expected) => {
  expect(nextCheckAt(100, 2_000, 0.1, () => random)).toBeCloseTo(expected);
});

test("without jitter the interval is exact", () => {
  expect(nextCheckAt(100, 2_000, 0, () => 0.99)).toBe(2_100);
});

test("jittered intervals stay within their bounds and use both halves", () => {
  const random = seeded(4);
  const intervals = Array.from({ length: 1_000 }, () => nextCheckAt(0, 1_000, 0.2, random));
  expect(Math.min(...intervals)).toBeGreaterThanOrEqual(800);
  expect(Math.max(...intervals)).toBeLessThanOrEqual(1_200);
  const mean = intervals.reduce((sum, value) => sum + value, 0) / intervals.length;
  expect(mean).toBeGreaterThan(985);
  expect(mean).toBeLessThan(1_015);
});

test("200 backends are never checked in a crowd: at most four times the mean in any tenth of a second", () => {
  const [count, interval, until] = [200, 5_000, 60_000];
  const random = seeded(9);
  const begins: number[] = [];
  for (let position = 0; position < count; position++) {
    let at = secondCheckAt(0, interval, position, count);
    for (; at < until; at = nextCheckAt(at, interval, 0.1, random)) begins.push(at);
  }
  begins.sort((one, other) => one - other);
  const crowd = begins.map((at, index) => {
    let end = index;
    while ((begins[end] ?? Infinity) < at + 100) end++;
    return end - index;
  });
  // Jitter makes the begins independent, so that a window holds a Poisson number of them: with a
  // mean of 4 three times that is rare in a minute, four times that practically does not happen.
  const mean = (count / interval) * 100;
  expect(Math.max(...crowd)).toBeLessThanOrEqual(4 * mean);
  expect(begins.length).toBeGreaterThan(count * (until / interval - 1.5));
});
