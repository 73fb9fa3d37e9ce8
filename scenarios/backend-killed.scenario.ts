import { killProcess } from "../chaos/faults/kill-process.ts";
import { node } from "../chaos/faults/target.ts";
import { checkDetection } from "../chaos/measurement/windows/checks.ts";
import {
  detectionWithin,
  eventsAtMost,
  failedAtMostInFlight,
} from "../chaos/objectives/objectives.ts";
import { scenario } from "../chaos/scenario.ts";
import { Duration } from "../stacks/constructs/duration.ts";
import { HealthCheck } from "../stacks/constructs/health-check.ts";
import { activePassive } from "../stacks/topologies/active-passive.ts";
import { backendLeaves } from "./failover-events.ts";

const CHECK = { intervalMs: 300, timeoutMs: 200, fall: 3, jitter: 0.1 } as const;
const SERVICE_MS = 50;
/** The check itself: begin to refusal. */
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

const detection = checkDetection({
  ...CHECK,
  failure: "refused",
  scheduling: "start-to-start",
});

/** A backend's process dies under load: only what was open on it may be lost. */
export const backendKilled = scenario(
  "When a backend dies, only requests in flight on it fail, and the checks take it out in time.",
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
      totalTimeoutMs: 500,
    },
    steadyState: { durationMs: 500, deadlineMs: 10_000 },
    faults: [{ fault: killProcess(node(victim.id), "backend"), afterMs: 0 }],
    observeMs: 1_800,
    stableMs: 500,
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
