import { killNode } from "../chaos/faults/kill-node.ts";
import { node } from "../chaos/faults/target.ts";
import {
  detectionWithin,
  failedShareUntilDetection,
  failuresEndWithin,
} from "../chaos/objectives/objectives.ts";
import { scenario } from "../chaos/scenario.ts";
import { HealthCheck } from "../stacks/constructs/health-check.ts";
import { activePassive } from "../stacks/topologies/active-passive.ts";
import { backendLeaves } from "./failover-events.ts";
import { freshLoad } from "./fresh-load.ts";
import { checksAsHeartbeat, detectionIn } from "./pool-check.ts";

const SLACK_MS = 20;

const { topology, ...parts } = activePassive();
const [victim] = parts.pool.nodes;
if (victim === undefined) throw new RangeError("The pool has no backend to kill.");

const detection = detectionIn(topology, "silent");

/** A backend's node falls silent: until the checks time out often enough, its share of requests is lost. */
export const backendNodeKilled = scenario(
  "When a backend's node falls silent, at most its share of requests fails, and only until the checks find it.",
  {
    topology,
    load: freshLoad(parts, { serviceMs: 50 }),
    steadyState: { durationMs: 500, deadlineMs: 10_000 },
    faults: [{ fault: killNode(node(victim.id), { silent: true }), afterMs: 0 }],
    observeMs: 2_500,
    stableMs: 700,
    heartbeat: checksAsHeartbeat(topology),
    marks: backendLeaves,
    predictions: [detection],
    objectives: [
      detectionWithin({ window: detection, slackMs: SLACK_MS }),
      failuresEndWithin({ window: detection, slackMs: SLACK_MS }),
      // Round robin sends every third request to it; at either end one more may fall into the window.
      failedShareUntilDetection({ atMost: 1 / 3 + 0.01 }),
    ],
    trials: 5,
    control: {
      without: "checks and retry",
      change: {
        topology: activePassive({ healthCheck: HealthCheck.none(), retryAttempts: 0 }).topology,
      },
      mustFail: ["detection"],
    },
  },
);
