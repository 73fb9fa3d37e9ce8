import { expect, test } from "vitest";
import { trustIn } from "../../../chaos/objectives/load-trust.ts";
import type { Load, Objective, Scenario } from "../../../chaos/scenario.ts";
import { GOOD_QUALITY } from "../fake-environment.ts";
import { objectiveOf, trialData, windowOf } from "./trial-data.ts";

const { trial } = trialData();
const quality = { ...GOOD_QUALITY, intended: 100, sent: 100 };

/** A main load of 1000 requests a second, and one beside it of 50. */
function trust(
  objectives: readonly Objective[],
  carts: Partial<typeof quality> | null = {},
  main: Partial<Load> = {},
  mainQuality: Partial<typeof quality> = {},
) {
  const scenario = {
    load: { ratePerSecond: 1_000, ...main },
    alongside: [{ id: "carts", ratePerSecond: 50 }],
    objectives,
    steadyState: { durationMs: 500, deadlineMs: 5_000 },
    faults: [{ afterMs: 0 }],
  } as unknown as Scenario;
  const own = carts === null ? null : { ...quality, ...carts };
  const record = { id: "carts", quality: own, probes: trial.probes };
  const alongside = [{ record, probes: [], baselineFailures: 0 }];
  return trustIn(
    scenario,
    {
      trial: { ...trial, quality: { ...quality, ...mainQuality } },
      alongside,
      baselineFailures: 0,
    },
    "namespace",
  );
}

const within = (ms: number, of?: string): Objective =>
  objectiveOf({ ...(of === undefined ? {} : { of }), bound: { kind: "at-most", value: ms } });

test("each load has a resolution of its own: a gap between its requests, or how late they were", () => {
  expect(trust([])).toMatchObject({
    resolutionMs: 1,
    alongsideResolutionMs: { carts: 20 },
    reasons: [],
  });
  // Nothing better is known of one that gave no account of itself.
  expect(trust([], null)).toMatchObject({ alongsideResolutionMs: { carts: 20 } });
  expect(trust([], { lagP99Ms: 30 })).toMatchObject({ alongsideResolutionMs: { carts: 30 } });
});

test("a load that is slower at times tells apart what it can when it is slowest", () => {
  const arrivals = { kind: "bursts", burstPerSecond: 10, everyMs: 1_000, forMs: 500 } as const;
  expect(trust([], {}, { arrivals }).resolutionMs).toBeCloseTo(100, 9);
  // Of one that gave no account of itself too, and of no load but its own.
  expect(trust([], null, { arrivals })).toMatchObject({ alongsideResolutionMs: { carts: 20 } });
});

test("what a burst leaves unsent while the prober stands still is not the load's fault", () => {
  const arrivals = { kind: "bursts", burstPerSecond: 1_000, everyMs: 2_000, forMs: 1_000 } as const;
  const stood = { lagMaxMs: 1_000, dropped: 600 };
  const main = { ratePerSecond: 100, arrivals };
  expect(trust([], {}, main, stood)).toMatchObject({ onlyLate: true });
  expect(trust([], {}, main, { ...stood, dropped: 1_001 })).toMatchObject({ onlyLate: false });
  expect(trust([], {}, { ratePerSecond: 100 }, stood)).toMatchObject({ onlyLate: false });
});

test("a bound is judged by the load that its objective speaks of, not by another", () => {
  // A tenth of the bound has to be longer than the resolution.
  expect(trust([within(100)]).reasons).toEqual([]);
  expect(trust([within(201, "carts")]).reasons).toEqual([]);
  expect(trust([within(200, "carts")]).reasons).toEqual([
    "load carts: a resolution of 20 ms cannot judge a bound of 200 ms (below 20 ms is needed). Raise the rate.",
  ]);
  const window = windowOf(1, 150);
  const predicted = objectiveOf({ of: "carts", bound: { kind: "predicted", window, slackMs: 0 } });
  expect(trust([within(100), predicted]).reasons).toEqual([
    expect.stringMatching(/^load carts: .* bound of 150 ms/),
  ]);
});

test("a load beside the main one that stood still for as long as its smallest bound says nothing", () => {
  expect(trust([within(300, "carts")], { lagMaxMs: 299 })).toMatchObject({ reasons: [] });
  expect(trust([within(300, "carts")], { lagMaxMs: 300 })).toMatchObject({
    reasons: [expect.stringMatching(/^load carts: the prober stood still for 300 ms/)],
    onlyLate: true,
  });
  // The main load was not late, and nothing compares a duration with the other one.
  expect(trust([within(300)], { lagMaxMs: 300 })).toMatchObject({ reasons: [] });
});
