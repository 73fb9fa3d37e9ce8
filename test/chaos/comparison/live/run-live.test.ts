import { expect, test } from "vitest";
import type { LivePlan, LiveRun } from "../../../../chaos/comparison/live/live-plan.ts";
import { runLive, type LiveOptions } from "../../../../chaos/comparison/live/run-live.ts";
import { runsOf } from "../runs.ts";

const run = (policy: string): LiveRun => ({
  fault: "kill",
  policy,
  repetition: 0,
  seed: 1,
  // Nobody looks at it here.
  scenario: undefined as unknown as LiveRun["scenario"],
});
const PLAN: LivePlan = {
  runs: ["random", "first", "random", "random"].map(run),
  left: [{ what: "recovery", reason: "cold" }],
};

/** Runs that take the given times by their own clock; each measures one value, or throws. */
function liveWith(
  timesMs: readonly number[],
  budgetMs: number,
  more: Partial<LiveOptions> = {},
): ReturnType<typeof runLive> {
  let now = 1_000;
  return runLive(PLAN, {
    budgetMs,
    signal: new AbortController().signal,
    clock: () => now,
    measure: (_, index) => {
      now += timesMs[index] ?? 0;
      const [values] = runsOf([index / 10]);
      return values === undefined ? Promise.reject(new Error("none")) : Promise.resolve(values);
    },
    ...more,
  });
}

test("runs go on as long as one more as long as the longest so far is within the budget", async () => {
  const { runs, summary } = await liveWith([10_000, 15_000, 12_000, 9_000], 51_000);
  // After three, 14 s are left of it, and one has taken 15.
  expect(summary).toEqual({
    budgetMs: 51_000,
    spentMs: 37_000,
    trials: 3,
    failed: [],
    left: PLAN.left,
  });
  expect(runs.get("kill--random")?.map(({ failedShare }) => failedShare)).toEqual([0, 0.2]);
  expect(runs.get("kill--first")).toHaveLength(1);
});

test("a budget in which not even one run is likely to end starts none", async () => {
  const { summary } = await liveWith([1], 19_999);
  expect(summary).toMatchObject({ trials: 0, spentMs: 0 });
});

test("a run that cannot be measured is told, and the others go on", async () => {
  const [values] = runsOf([0.5]);
  const { runs, summary } = await liveWith([], 60_000, {
    measure: ({ policy }) =>
      policy === "first" ? Promise.reject(new Error("no lab")) : Promise.resolve(values!),
  });
  expect(summary).toMatchObject({
    trials: 3,
    failed: [{ fault: "kill", policy: "first", reason: "no lab" }],
  });
  expect([...runs.keys()]).toEqual(["kill--random"]);
});

test("whoever stops it keeps what was measured, and the run that was cut off is no failure", async () => {
  const controller = new AbortController();
  const [values] = runsOf([0.5]);
  const { summary } = await liveWith([], 60_000, {
    signal: controller.signal,
    measure: (_, index) => {
      if (index === 0) return Promise.resolve(values!);
      controller.abort();
      return Promise.reject(new Error("interrupted"));
    },
  });
  expect(summary).toMatchObject({ trials: 1, failed: [] });
});
