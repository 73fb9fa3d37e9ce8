import { behave } from "../chaos/faults/behave.ts";
import { node } from "../chaos/faults/target.ts";
import { eventsAtLeast, eventsAtMost, failedAtMost } from "../chaos/objectives/objectives.ts";
import { scenario } from "../chaos/scenario.ts";
import { Duration } from "../stacks/constructs/duration.ts";
import { HealthCheck } from "../stacks/constructs/health-check.ts";
import { single } from "../stacks/topologies/single.ts";
import { nothingMoves } from "./failover-events.ts";
import { freshLoad } from "./fresh-load.ts";

const timing = { interval: Duration.millis(100), timeout: Duration.millis(100) };

const { topology, ...parts } = single({
  healthCheck: HealthCheck.http({ ...timing, fall: 3, rise: 2 }),
});
const [victim] = parts.pool.nodes;
if (victim === undefined) throw new RangeError("The pool has no backend to flap.");

/** Checks that fail twice and pass once, again and again: none of both proves anything. */
export const flappingBackend = scenario(
  "When a backend's checks fail and pass in turns, its state does not change.",
  {
    topology,
    load: freshLoad(parts),
    steadyState: { durationMs: 500, deadlineMs: 10_000 },
    faults: [
      {
        fault: behave(node(victim.id), { status: 503, checks: "only", inARow: 2 }),
        afterMs: 0,
      },
    ],
    observeMs: 2_200,
    stableMs: 2_000,
    marks: nothingMoves,
    predictions: [],
    objectives: [
      eventsAtMost({
        id: "changes-of-state",
        title: "changes of a backend's state",
        type: "backend.unhealthy",
        atMost: 0,
      }),
      eventsAtLeast({
        id: "checks-failed",
        title: "checks that failed",
        type: "check.end",
        atLeast: 6,
        matches: ({ data }) => data["result"] !== "pass",
      }),
      failedAtMost(0),
    ],
    trials: 2,
    control: {
      without: "thresholds",
      change: {
        topology: single({ healthCheck: HealthCheck.http({ ...timing, fall: 1, rise: 1 }) })
          .topology,
      },
      mustFail: ["changes-of-state"],
    },
  },
);
