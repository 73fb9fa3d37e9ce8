import { stopNode } from "../chaos/faults/stop-node.ts";
import { addressOwner } from "../chaos/faults/target.ts";
import { failedAtMostInFlightAtMove, noFailureAfterMove } from "../chaos/objectives/objectives.ts";
import { scenario } from "../chaos/scenario.ts";
import { activePassive } from "../stacks/topologies/active-passive.ts";
import { addressMoves } from "./failover-events.ts";
import { freshLoad } from "./fresh-load.ts";

const { topology, ...parts } = activePassive({ handover: "plain" });

/** A planned stop hands the address over before it drains: nobody who comes later is turned away. */
export const balancerStopped = scenario(
  "When the active balancer is stopped as planned, only requests open while the address moves fail.",
  {
    topology,
    load: freshLoad(parts, { serviceMs: 50, totalTimeoutMs: 500 }),
    steadyState: { durationMs: 500, deadlineMs: 10_000 },
    faults: [{ fault: stopNode(addressOwner, { graceMs: 5_000 }), afterMs: 0 }],
    observeMs: 1_200,
    stableMs: 400,
    marks: addressMoves,
    predictions: [],
    objectives: [failedAtMostInFlightAtMove(), noFailureAfterMove()],
    trials: 5,
    control: {
      without: "keepalived",
      change: { topology: activePassive({ failover: "none" }).topology },
      mustFail: ["failed-after-move"],
    },
  },
);
