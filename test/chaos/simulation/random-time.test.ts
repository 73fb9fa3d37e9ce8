import { describe, expect, test } from "vitest";
import type { RandomTime } from "../../../chaos/simulation/model.ts";
import { meanOf, timeSource } from "../../../chaos/simulation/random-time.ts";
import { seededRandom } from "../../../chaos/statistics/random.ts";

const DRAWS = 200_000;

function drawn(time: RandomTime, seed = 1): Float64Array {
  const draw = timeSource(time, seededRandom(seed));
  return Float64Array.from({ length: DRAWS }, () => draw()).sort();
}

const mean = (values: Float64Array) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const shareAbove = (values: Float64Array, bound: number) =>
  values.filter((value) => value > bound).length / values.length;

describe("each kind of time has its mean and its tail", () => {
  test.each<[string, RandomTime, bound: number, tail: number]>([
    ["exponential", { kind: "exponential", mean: 20 }, 60, Math.exp(-3)],
    ["normal", { kind: "normal", mean: 167, standardDeviation: 5 }, 172, 0.1587],
    [
      "Pareto",
      { kind: "pareto", shape: 1.5, minimum: 10, maximum: 1_000 },
      100,
      // (minimum / t)^shape, less what the cut takes from both.
      (0.1 ** 1.5 - 0.01 ** 1.5) / (1 - 0.01 ** 1.5),
    ],
    [
      "a mixture",
      {
        kind: "mixture",
        parts: [
          { share: 9, time: { kind: "constant", value: 5 } },
          { share: 1, time: { kind: "constant", value: 100 } },
        ],
      },
      50,
      0.1,
    ],
  ])("%s", (_, time, bound, tail) => {
    const values = drawn(time);
    expect(mean(values) / meanOf(time)).toBeGreaterThan(0.98);
    expect(mean(values) / meanOf(time)).toBeLessThan(1.02);
    const error = 5 * Math.sqrt((tail * (1 - tail)) / DRAWS);
    expect(Math.abs(shareAbove(values, bound) - tail)).toBeLessThan(error);
  });

  test("constant", () => {
    expect(new Set(drawn({ kind: "constant", value: 7 }))).toEqual(new Set([7]));
    expect(meanOf({ kind: "constant", value: 7 })).toBe(7);
  });
});

test("a Pareto time of shape 1 has the mean of its own formula", () => {
  const time = { kind: "pareto", shape: 1, minimum: 10, maximum: 1_000 } as const;
  expect(mean(drawn(time)) / meanOf(time)).toBeGreaterThan(0.98);
  expect(mean(drawn(time)) / meanOf(time)).toBeLessThan(1.02);
});

test("no time leaves its range", () => {
  const pareto = drawn({ kind: "pareto", shape: 0.5, minimum: 10, maximum: 1_000 });
  expect(pareto[0]).toBeGreaterThanOrEqual(10);
  expect(pareto.at(-1)).toBeLessThanOrEqual(1_000);
  const normal = drawn({ kind: "normal", mean: 1, standardDeviation: 5 });
  expect(normal[0]).toBe(0);
});
