import { killNode } from "../chaos/faults/kill-node.ts";
import { addressOwner } from "../chaos/faults/target.ts";
import { noFailureAfterRecovery, outageWithin } from "../chaos/objectives/objectives.ts";
import { scenario } from "../chaos/scenario.ts";
import { activePassive } from "../stacks/topologies/active-passive.ts";
import { addressMoves } from "./failover-events.ts";
import { advertsAsHeartbeat, takeoverIn } from "./floating-address.ts";
import { freshLoad } from "./fresh-load.ts";

/** Beyond theory and resolution: keepalived's own time to act, and the answer's way back. */
const SLACK_MS = 20;

const { topology, ...parts } = activePassive();

/** A balancer dies as when its power fails: the floating address must be served by the other one. */
export const balancerNodeKilled = scenario(
  "When the active balancer dies silently, its peer takes the floating address within the VRRP window.",
  {
    topology,
    load: freshLoad(parts),
    steadyState: { durationMs: 300, deadlineMs: 10_000 },
    faults: [{ fault: killNode(addressOwner, { silent: true }), afterMs: 0 }],
    observeMs: 2_000,
    stableMs: 300,
    heartbeat: advertsAsHeartbeat(topology),
    marks: addressMoves,
    predictions: [takeoverIn(topology)],
    objectives: [
      outageWithin({
        window: takeoverIn(topology),
        // Either may be the owner; the window depends on who takes over.
        windowOf: ({ hurt }) => takeoverIn(topology, hurt.owner),
        slackMs: SLACK_MS,
      }),
      noFailureAfterRecovery(),
    ],
    trials: 10,
    control: {
      without: "keepalived",
      change: { topology: activePassive({ failover: "none" }).topology },
      mustFail: ["outage"],
    },
  },
);
