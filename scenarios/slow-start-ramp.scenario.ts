import { killProcess } from "../chaos/faults/kill-process.ts";
import { node } from "../chaos/faults/target.ts";
import { firstEventAfter, healingOf } from "../chaos/objectives/moments.ts";
import { failedAtMost } from "../chaos/objectives/objectives.ts";
import { slowStartFollowsCurve } from "../chaos/objectives/slow-start-compliance.ts";
import { scenario } from "../chaos/scenario.ts";
import { Duration } from "../stacks/constructs/duration.ts";
import { HealthCheck } from "../stacks/constructs/health-check.ts";
import { single, type SingleOptions } from "../stacks/topologies/single.ts";
import { backendLeaves } from "./failover-events.ts";
import { freshLoad } from "./fresh-load.ts";

const WINDOW_MS = 3_000;
const CURVE = { backends: 2, aggression: 1, minimumWeight: 0.1 } as const;

/** What both the promise and its control run on. */
const COMMON: SingleOptions = {
  count: CURVE.backends,
  healthCheck: HealthCheck.http({
    interval: Duration.millis(100),
    timeout: Duration.millis(100),
    fall: 2,
  }),
};
const { aggression, minimumWeight } = CURVE;
const { topology, ...parts } = single({
  ...COMMON,
  slowStart: { window: Duration.millis(WINDOW_MS), aggression, minimumWeight },
});
const [victim] = parts.pool.nodes;
if (victim === undefined) throw new RangeError("The pool has no backend to kill.");

const comesBack = firstEventAfter(healingOf(), {
  title: `the return of ${victim.id}`,
  matches: ({ type, data }) => type === "backend.healthy" && data["backend"] === victim.id,
});

/** A process that has just started has cold caches: its share of the requests grows with its age. */
export const slowStartRamp = scenario(
  "When a backend comes back, its share of the requests grows along the curve of its slow start.",
  {
    topology,
    load: freshLoad(parts),
    steadyState: { durationMs: 500, deadlineMs: 10_000 },
    faults: [{ fault: killProcess(node(victim.id), "backend"), afterMs: 0, forMs: 600 }],
    observeMs: WINDOW_MS + 1_200,
    stableMs: WINDOW_MS + 1_000,
    marks: backendLeaves,
    predictions: [],
    objectives: [
      slowStartFollowsCurve({
        backend: victim.id,
        begin: comesBack,
        windowMs: WINDOW_MS,
        curve: CURVE,
        parts: 4,
        minimumExpected: 15,
      }),
      failedAtMost(0),
    ],
    trials: 2,
    control: {
      without: "slow start",
      change: { topology: single(COMMON).topology },
      mustFail: ["slow-start-share"],
    },
  },
);
