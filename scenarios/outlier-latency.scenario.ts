import { slowBackend } from "../chaos/faults/misbehaviours.ts";
import { node } from "../chaos/faults/target.ts";
import { latencyEjection } from "../chaos/measurement/windows/outliers.ts";
import { latencyAtMostBetween, timeWithin } from "../chaos/objectives/between.ts";
import { theFault } from "../chaos/objectives/moments.ts";
import { eventsAtMost } from "../chaos/objectives/objectives.ts";
import { scenario } from "../chaos/scenario.ts";
import { Duration } from "../stacks/constructs/duration.ts";
import { HealthCheck } from "../stacks/constructs/health-check.ts";
import { ServiceTime } from "../stacks/constructs/service-time.ts";
import { single, type SingleOptions } from "../stacks/topologies/single.ts";
import { backendIsEjected, firstToldOf } from "./backend-events.ts";
import { freshLoad } from "./fresh-load.ts";

const SLACK_MS = 30;
const USUAL_MS = 20;
const SLOW_MS = 400;

const RULES = { intervalMs: 1_000, factor: 5, minimumDifferenceMs: 100 } as const;

const common: SingleOptions = {
  service: ServiceTime.constant(Duration.millis(USUAL_MS)),
  // Nobody waits for a worker: it is slow, not full.
  workers: 64,
  healthCheck: HealthCheck.http({
    interval: Duration.millis(200),
    timeout: Duration.millis(200),
  }),
};
const { topology, ...parts } = single({
  ...common,
  outlierDetection: {
    interval: Duration.millis(RULES.intervalMs),
    latency: {
      factor: RULES.factor,
      minimumDifference: Duration.millis(RULES.minimumDifferenceMs),
    },
  },
});
const [victim] = parts.pool.nodes;
if (victim === undefined) throw new RangeError("The pool has no backend to slow down.");

const ejection = latencyEjection({ ...RULES, usualMs: USUAL_MS, slowMs: SLOW_MS });
const ejected = firstToldOf("backend.ejected");

/** A gray failure: nothing fails, no check notices, and a third of all clients wait. */
export const outlierLatency = scenario(
  "When a backend answers twenty times as slowly, it is ejected, and clients wait no longer.",
  {
    topology,
    load: freshLoad(parts, { totalTimeoutMs: 900 }),
    steadyState: { durationMs: 500, deadlineMs: 10_000 },
    faults: [{ fault: slowBackend(node(victim.id), { serviceMs: SLOW_MS }), afterMs: 0 }],
    observeMs: 2_700,
    stableMs: 900,
    marks: backendIsEjected,
    predictions: [ejection],
    objectives: [
      timeWithin({
        id: "ejection",
        title: "from the fault to the ejection",
        from: theFault,
        to: ejected,
        window: ejection,
        slackMs: SLACK_MS,
      }),
      latencyAtMostBetween({
        id: "latency-after-ejection",
        title: "p95 of response times after the ejection",
        from: ejected,
        quantile: 0.95,
        atMostMs: SLOW_MS / 2,
      }),
      eventsAtMost({
        id: "others-ejected",
        title: "other backends ejected",
        type: "backend.ejected",
        atMost: 0,
        matches: (event, { hurt }) => event.data["backend"] !== hurt.target,
      }),
    ],
    trials: 2,
    control: {
      without: "outlier detection",
      change: { topology: single(common).topology },
      mustFail: ["ejection"],
    },
  },
);
