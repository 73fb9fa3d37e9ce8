import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { longerThan } from "../../../chaos/abort/rules.ts";
import { addressStays } from "../../../chaos/dose-response/address-stays.ts";
import { runDoses, type RunDosesOptions } from "../../../chaos/dose-response/run-doses.ts";
import type { DosePlan, PlannedDose } from "../../../chaos/dose-response/within-budget.ts";
import type { Scenario } from "../../../chaos/scenario.ts";
import { fakeFault, FakeEnvironment } from "../fake-environment.ts";
import { fakeScenario } from "../fake-scenario.ts";
import { TIMERS } from "./measured-dose.ts";

let runs: string;
let world: FakeEnvironment;
beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), "evenkeel-runs-"));
  world = new FakeEnvironment();
});
afterEach(() => rmSync(runs, { recursive: true }));

function planned(dose: number, change: Partial<Scenario> = {}): PlannedDose {
  const scenario = fakeScenario(world, {
    sentence: "With a fake dose the address stays.",
    observeMs: 30,
    objectives: [addressStays()],
    trials: 1,
    control: { without: "anything", change: {}, mustFail: [] },
    ...change,
  });
  const cell = { id: `dose-fake-${dose}`, title: `fake ${dose}`, timers: TIMERS, dose, scenario };
  return { cell, leastMs: 1_000, mostMs: 1_000 };
}

function run(plan: DosePlan, change: Partial<RunDosesOptions> = {}) {
  return runDoses(plan, {
    trials: 1,
    seed: 7,
    budgetMs: null,
    outFolder: runs,
    commandOf: ({ dose }) => `npx evenkeel dose-response --doses ${dose}`,
    signal: new AbortController().signal,
    environment: () => world,
    takeTurn: async () => ({ [Symbol.asyncDispose]: async () => undefined }),
    cpuTicks: world.cpuTicks,
    now: () => 0,
    onProgress: () => undefined,
    ...change,
  });
}

const PLAN = { left: [{ title: "fake 1", reason: "the budget has no time for it" }] } as const;

test("every planned dose is a run of its own, in the plan's order, with its own command", async () => {
  const cells = [planned(0), planned(4), planned(2)];
  const { measured, left, interrupted } = await run({ ...PLAN, cells });
  expect(measured.map(({ cell }) => cell.dose)).toEqual([0, 4, 2]);
  expect(measured.map(({ record }) => record.command)).toEqual([
    "npx evenkeel dose-response --doses 0",
    "npx evenkeel dose-response --doses 4",
    "npx evenkeel dose-response --doses 2",
  ]);
  for (const { paths } of measured) {
    // From a folder beside those of the runs.
    expect(existsSync(join(runs, "report", paths.record))).toBe(true);
    expect(existsSync(join(runs, "report", paths.report))).toBe(true);
  }
  expect(left).toEqual(PLAN.left);
  expect(interrupted).toBe(false);
  expect(world.alive.size).toBe(0);
});

test("no dose is begun that the budget has no time left for", async () => {
  let asked = 0;
  const { measured, left } = await run(
    { ...PLAN, cells: [planned(0), planned(4)] },
    // Each look at the clock comes two seconds after the one before.
    { budgetMs: 2_000, now: () => 2_000 * (asked += 1) },
  );
  expect(measured.map(({ cell }) => cell.dose)).toEqual([0]);
  expect(left).toEqual([...PLAN.left, { title: "fake 4", reason: "the budget was spent" }]);
});

test("stopped, it names the doses that it has not begun", async () => {
  const stop = new AbortController();
  const { measured, left, interrupted } = await run(
    { left: [], cells: [planned(0), planned(4)] },
    {
      signal: stop.signal,
      onProgress: (_, progress) => {
        if (progress.kind === "trial") stop.abort(new Error("stopped by the test"));
      },
    },
  );
  expect(measured.map(({ cell }) => cell.dose)).toEqual([0]);
  expect(left).toEqual([{ title: "fake 4", reason: "it was stopped before" }]);
  expect(interrupted).toBe(true);
});

describe("no dose follows a run", () => {
  test("whose fault is not undone", async () => {
    world.behaviour.at.heal = () => {
      throw new Error("it cannot be healed");
    };
    world.behaviour.at.dispose = () => {
      throw new Error("the lab does not end");
    };
    const faults = [{ fault: fakeFault(world), afterMs: 0, forMs: 1 }];
    const cells = [planned(0, { faults }), planned(4), planned(2)];
    const { measured, left, interrupted } = await run({ left: [], cells });
    expect(measured.map(({ record }) => record.verdict)).toEqual(["heal-failed"]);
    const reason = "a fault of the run of fake 0 is not undone";
    expect(left).toEqual([
      { title: "fake 4", reason },
      { title: "fake 2", reason },
    ]);
    expect(interrupted).toBe(false);
    expect(world.log.filter((step) => step === "deploy")).toHaveLength(1);
  });

  test("that a rule of its scenario aborted", async () => {
    const aborted = {
      faults: [{ fault: fakeFault(world), afterMs: 0, forMs: 60_000 }],
      abort: [longerThan(1)],
    };
    const cells = [planned(0), planned(4, aborted), planned(2)];
    const { measured, left, interrupted } = await run({ left: [], cells });
    expect(measured.map(({ record }) => record.verdict)).toEqual(["pass", "aborted"]);
    expect(left).toEqual([{ title: "fake 2", reason: "the run of fake 4 was aborted" }]);
    expect(interrupted).toBe(false);
  });
});
