import { unreadyService } from "../chaos/faults/misbehaviours.ts";
import { node } from "../chaos/faults/target.ts";
import { failedAtMostBetween, timeWithin } from "../chaos/objectives/between.ts";
import { healingOf } from "../chaos/objectives/moments.ts";
import { detectionWithin } from "../chaos/objectives/objectives.ts";
import { scenario } from "../chaos/scenario.ts";
import { Duration } from "../stacks/constructs/duration.ts";
import { HealthCheck } from "../stacks/constructs/health-check.ts";
import { single } from "../stacks/topologies/single.ts";
import { firstToldOf } from "./backend-events.ts";
import { backendLeaves } from "./failover-events.ts";
import { freshLoad } from "./fresh-load.ts";
import { checksAsHeartbeat, detectionIn, readmissionIn } from "./pool-check.ts";

/** The check itself: begin to answer. */
const SLACK_MS = 20;

/** The textbook's 10 s, three failures, two passes; a second here stands for 50. */
const { topology, ...parts } = single({
  healthCheck: HealthCheck.http({
    interval: Duration.millis(200),
    timeout: Duration.millis(100),
    fall: 3,
    rise: 2,
  }),
});
const [victim] = parts.pool.nodes;
if (victim === undefined) throw new RangeError("The pool has no backend to fail.");

const detection = detectionIn(topology, "refused");
const readmission = readmissionIn(topology);
const leaves = firstToldOf("backend.unhealthy");

/** A backend that says itself that it is not ready: its checks take it out, and in again. */
export const checksTextbookTimers = scenario(
  "Three failed checks take a backend out and two passed ones take it back, each within its window.",
  {
    topology,
    load: freshLoad(parts),
    steadyState: { durationMs: 500, deadlineMs: 10_000 },
    faults: [{ fault: unreadyService(node(victim.id)), afterMs: 0, forMs: 1_200 }],
    observeMs: 1_700,
    stableMs: 900,
    heartbeat: checksAsHeartbeat(topology),
    marks: backendLeaves,
    predictions: [detection, readmission],
    objectives: [
      detectionWithin({ window: detection, slackMs: SLACK_MS }),
      timeWithin({
        id: "readmission",
        title: "readmission",
        from: healingOf(),
        to: firstToldOf("backend.healthy", victim.id, healingOf()),
        window: readmission,
        slackMs: SLACK_MS,
      }),
      failedAtMostBetween({
        id: "failed-after-detection",
        title: "failed requests that began after the detection",
        from: leaves,
        atMost: 0,
      }),
    ],
    trials: 3,
    control: {
      without: "checks",
      change: { topology: single({ healthCheck: HealthCheck.none() }).topology },
      mustFail: ["detection", "failed-after-detection"],
    },
  },
);
