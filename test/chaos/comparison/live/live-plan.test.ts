import { expect, test } from "vitest";
import { livePlanOf } from "../../../../chaos/comparison/live/live-plan.ts";
import { planOf } from "../../../../chaos/comparison/plan.ts";
import type { FaultResult } from "../../../../chaos/comparison/record.ts";
import { liveCell } from "../../../../scenarios/comparison/live-cell.ts";

const PLAN = planOf({
  policies: ["least-connections", "peak-ewma", "peak-ewma:decay=2s", "maglev"],
  faults: ["slow-backend", "kill", "recovery"],
  metric: "failed",
  repetitions: 8,
  seed: 1,
});
const RESULTS = PLAN.faults.map(({ id }) => ({ id, simplest: "peak-ewma" }) as FaultResult);
const { runs, left } = livePlanOf(PLAN, RESULTS, liveCell);

test("the baseline and the winner of each fault come first, three times", () => {
  const first = runs.slice(0, 12).map(({ fault, policy }) => `${fault} ${policy}`);
  expect(new Set(first)).toEqual(
    new Set([
      "slow-backend round-robin",
      "slow-backend peak-ewma",
      "kill round-robin",
      "kill peak-ewma",
    ]),
  );
  expect(runs.slice(0, 12).map(({ repetition }) => repetition)).toEqual(
    [0, 1, 2].flatMap((repetition) => [repetition, repetition, repetition, repetition]),
  );
  expect(runs[12]).toMatchObject({ fault: expect.stringMatching(/slow-backend|kill/) });
  expect(runs).toHaveLength(12 + 5 * 6);
});

test("a repetition has one seed for all policies, and each repetition another", () => {
  const seedsOf = (policy: string) =>
    runs.filter((run) => run.fault === "kill" && run.policy === policy).map(({ seed }) => seed);
  const shared = seedsOf("least-connections");
  expect(shared).toHaveLength(5);
  expect(seedsOf("round-robin").slice(0, 5)).toEqual(shared);
  expect(new Set(shared).size).toBe(5);
});

test("what cannot be run live is told once, with the reason", () => {
  expect(left).toEqual([
    { what: "peak-ewma:decay=2s", reason: "policies with options are simulated only" },
    { what: "maglev", reason: expect.stringContaining("one key") },
    { what: "recovery", reason: expect.stringContaining("cold caches") },
  ]);
});

test("live cells have outlier detection where the simulated ones do", () => {
  const configOf = (outlierDetection: boolean): string => {
    const cell = liveCell({ fault: "kill", policy: "random" }, { outlierDetection });
    if (!("scenario" in cell)) throw new Error(cell.reason);
    return JSON.stringify(cell.scenario(1).topology);
  };
  expect(configOf(true)).toContain("baseEjection");
  expect(configOf(false)).not.toContain("baseEjection");
});

test("every live cell names what its topology has, and asks for what the simulated one does", () => {
  for (const { policy, scenario } of runs.slice(0, 20)) {
    const { faults, load, topology } = scenario();
    for (const { fault } of faults) expect(() => fault.check(topology)).not.toThrow();
    expect(load).toMatchObject({ ratePerSecond: 180, totalTimeoutMs: 500 });
    const config = JSON.stringify(topology);
    expect(config).toContain(policy);
    expect(config).toContain("exponential:40");
  }
});
