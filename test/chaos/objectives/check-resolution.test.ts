import { expect, test } from "vitest";
import type { Arrivals } from "../../../chaos/measurement/probe.ts";
import { judgeQuality } from "../../../chaos/measurement/prober-quality.ts";
import { resolutionProblems } from "../../../chaos/objectives/check-resolution.ts";
import type { Bound, Load, Objective, Scenario } from "../../../chaos/scenario.ts";
import { GOOD_QUALITY } from "../fake-environment.ts";
import { objectiveOf, windowOf } from "./trial-data.ts";

/** What is wrong with objectives of a load of 200 requests a second, or of `carts` of 50 beside it. */
function problems(objectives: readonly Objective[], load: Partial<Load> = {}): readonly string[] {
  const scenario = {
    objectives,
    load: { ratePerSecond: 200, ...load },
    alongside: [{ id: "carts", ratePerSecond: 50 }],
    steadyState: { durationMs: 500, deadlineMs: 5_000 },
    faults: [{ afterMs: 0 }],
  };
  return resolutionProblems(scenario as unknown as Scenario);
}

const within = (ms: number, change: Partial<Objective> = {}): Objective =>
  objectiveOf({ bound: { kind: "at-most", value: ms }, ...change });

test("a duration that the load can never judge is refused by its place, with the rate that could", () => {
  expect(problems([within(51), within(40, { id: "latency" })])).toEqual([
    'objectives[1] "latency": its bound is 40 ms, and requests of the load are up to 5 ms apart, which can judge only what is above 50 ms. Send more than 250 a second from the fault on, or use a longer bound.',
  ]);
  expect(problems([within(40)], { ratePerSecond: 250 })).toHaveLength(1);
  expect(problems([within(40)], { ratePerSecond: 251 })).toEqual([]);
});

test("what is refused is what no run could judge, however well it was measured", () => {
  const perfect = { ...GOOD_QUALITY, intended: 9, sent: 9, lagP99Ms: 0, lagMaxMs: 0 };
  for (const ratePerSecond of [99, 100, 101, 300, 333]) {
    for (const bound of [29.9, 30, 30.1, 100, 101.1]) {
      const demand = { smallestBoundMs: bound, ratePerSecond, baselineFailures: 0 };
      const { valid } = judgeQuality(perfect, demand);
      expect(problems([within(bound)], { ratePerSecond })).toHaveLength(valid ? 0 : 1);
    }
  }
});

test("an objective is judged by the load that it speaks of", () => {
  expect(problems([within(200), within(201, { of: "carts" })])).toEqual([]);
  expect(problems([within(200, { of: "carts" })])).toEqual([
    expect.stringMatching(/requests of load carts are up to 20 ms apart.* more than 50 a second/),
  ]);
});

test.each<[string, Bound, number]>([
  ["a floor", { kind: "at-least", value: 50 }, 1],
  ["a longer floor", { kind: "at-least", value: 51 }, 0],
  ["a window that ends so soon", { kind: "predicted", window: windowOf(1, 50), slackMs: 99 }, 1],
  ["one that ends later", { kind: "predicted", window: windowOf(1, 51), slackMs: 0 }, 0],
  ["another measure", { kind: "at-most-measure", title: "it", measure: () => ({ value: 1 }) }, 0],
])("%s is a duration as well, or is none that is known", (_, bound, count) => {
  expect(problems([objectiveOf({ bound })])).toHaveLength(count);
});

test("what is no duration, no number, or of a load that is not declared, is for others to tell", () => {
  expect(
    problems([
      within(0, { unit: "count" }),
      within(0.01, { unit: "ratio" }),
      within(NaN),
      within(Infinity),
      within(-Infinity),
      within(1, { of: "nobody" }),
    ]),
  ).toEqual([]);
});

test("no rate judges no time at all, so none is asked for", () => {
  expect(problems([within(0)])).toEqual([
    expect.stringMatching(/its bound is 0 ms, .* above 50 ms\. Use a longer bound\.$/),
  ]);
});

test.each<[string, Arrivals, number]>([
  ["a ramp that is over before the fault", { kind: "ramp", fromPerSecond: 1, overMs: 500 }, 0],
  ["a ramp that goes on", { kind: "ramp", fromPerSecond: 1, overMs: 1_000 }, 1],
  ["bursts of more", { kind: "bursts", burstPerSecond: 900, everyMs: 500, forMs: 100 }, 0],
  ["bursts of fewer", { kind: "bursts", burstPerSecond: 100, everyMs: 500, forMs: 100 }, 1],
])("%s: the slowest rate from the fault on counts", (_, arrivals, count) => {
  expect(problems([within(60)], { arrivals })).toHaveLength(count);
});
