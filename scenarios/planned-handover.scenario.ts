import { stopNode } from "../chaos/faults/stop-node.ts";
import { addressOwner } from "../chaos/faults/target.ts";
import { failedAtMost, openAtMoveAtLeast } from "../chaos/objectives/objectives.ts";
import { scenario } from "../chaos/scenario.ts";
import { activePassive } from "../stacks/topologies/active-passive.ts";
import { addressMoves } from "./failover-events.ts";
import { freshLoad } from "./fresh-load.ts";

const { topology, ...parts } = activePassive();

/** What is open at the old balancer ends there, although its clients find the new one already. */
export const plannedHandover = scenario(
  "When the active balancer is stopped as planned, no request fails, not even those open while the address moves.",
  {
    topology,
    load: freshLoad(parts, {
      serviceMs: 100,
      totalTimeoutMs: 1_000,
      // As many open at a time as at 200 a second and 50 ms, for half the work.
      ratePerSecond: 100,
      // Of many segments: the client's acknowledgements decide how a response goes on.
      headers: { "x-evenkeel-body-bytes": "102400" },
    }),
    steadyState: { durationMs: 500, deadlineMs: 10_000 },
    faults: [{ fault: stopNode(addressOwner, { graceMs: 5_000 }), afterMs: 0 }],
    observeMs: 2_000,
    stableMs: 1_500,
    marks: addressMoves,
    predictions: [],
    objectives: [failedAtMost(0), openAtMoveAtLeast(5)],
    trials: 5,
    control: {
      without: "the lossless handover",
      change: { topology: activePassive({ handover: "plain" }).topology },
      mustFail: ["failed-requests"],
    },
  },
);
