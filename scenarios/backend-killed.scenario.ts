import { killProcess } from "../chaos/faults/kill-process.ts";
import { node } from "../chaos/faults/target.ts";
import {
  detectionWithin,
  eventsAtMost,
  failedAtMostInFlight,
} from "../chaos/objectives/objectives.ts";
import { scenario } from "../chaos/scenario.ts";
import { HealthCheck } from "../stacks/constructs/health-check.ts";
import { activePassive } from "../stacks/topologies/active-passive.ts";
import { backendLeaves } from "./failover-events.ts";
import { freshLoad } from "./fresh-load.ts";
import { checksAsHeartbeat, detectionIn } from "./pool-check.ts";

/** The check itself: begin to refusal. */
const SLACK_MS = 20;

const { topology, ...parts } = activePassive();
const [victim] = parts.pool.nodes;
if (victim === undefined) throw new RangeError("The pool has no backend to kill.");

const detection = detectionIn(topology, "refused");

/** A backend's process dies under load: only what was open on it may be lost. */
export const backendKilled = scenario(
  "When a backend dies, only requests in flight on it fail, and the checks take it out in time.",
  {
    topology,
    load: freshLoad(parts, { serviceMs: 50, totalTimeoutMs: 500 }),
    steadyState: { durationMs: 500, deadlineMs: 10_000 },
    faults: [{ fault: killProcess(node(victim.id), "backend"), afterMs: 0 }],
    observeMs: 1_800,
    stableMs: 500,
    heartbeat: checksAsHeartbeat(topology),
    marks: backendLeaves,
    predictions: [detection],
    objectives: [
      failedAtMostInFlight(),
      detectionWithin({ window: detection, slackMs: SLACK_MS }),
      eventsAtMost({
        id: "other-backends-ejected",
        title: "other backends found unhealthy",
        type: "backend.unhealthy",
        atMost: 0,
        matches: (event, { hurt }) => event.data["backend"] !== hurt.target,
      }),
    ],
    trials: 5,
    control: {
      without: "checks and retry",
      change: {
        topology: activePassive({ healthCheck: HealthCheck.none(), retryAttempts: 0 }).topology,
      },
      mustFail: ["failed-requests"],
    },
  },
);
