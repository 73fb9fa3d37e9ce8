import { killNode } from "../chaos/faults/kill-node.ts";
import { node } from "../chaos/faults/target.ts";
import { checkDetection } from "../chaos/measurement/windows/checks.ts";
import {
  detectionWithin,
  failedShareUntilDetection,
  failuresEndWithin,
} from "../chaos/objectives/objectives.ts";
import { scenario } from "../chaos/scenario.ts";
import { Duration } from "../stacks/constructs/duration.ts";
import { HealthCheck } from "../stacks/constructs/health-check.ts";
import { activePassive } from "../stacks/topologies/active-passive.ts";
import { backendLeaves } from "./failover-events.ts";

const CHECK = { intervalMs: 300, timeoutMs: 200, fall: 3, jitter: 0.1 } as const;
const SERVICE_MS = 50;
const SLACK_MS = 20;

const { topology, pair, listener, pool, client } = activePassive({
  healthCheck: HealthCheck.http({
    interval: Duration.millis(CHECK.intervalMs),
    timeout: Duration.millis(CHECK.timeoutMs),
    fall: CHECK.fall,
    jitter: CHECK.jitter,
  }),
});
const [victim] = pool.nodes;
if (victim === undefined) throw new RangeError("The pool has no backend to kill.");

const detection = checkDetection({ ...CHECK, failure: "silent", scheduling: "start-to-start" });

/** A backend's node falls silent: until the checks time out often enough, its share of requests is lost. */
export const backendNodeKilled = scenario(
  "When a backend's node falls silent, at most its share of requests fails, and only until the checks find it.",
  {
    topology,
    load: {
      client: client.id,
      address: pair.virtualIp.address,
      port: listener.port,
      path: "/",
      headers: { "x-evenkeel-service-ms": String(SERVICE_MS) },
      ratePerSecond: 200,
      connectTimeoutMs: 250,
      totalTimeoutMs: 250,
    },
    steadyState: { durationMs: 500, deadlineMs: 10_000 },
    faults: [{ fault: killNode(node(victim.id), { silent: true }), afterMs: 0 }],
    observeMs: 2_500,
    stableMs: 700,
    heartbeat: {
      of: "check",
      periodMs: CHECK.intervalMs,
      silenced: false,
      isBeat: (event, { owner, target }) =>
        event.type === "check.begin" && event.node === owner && event.data["backend"] === target,
    },
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
