import { signalProcess } from "../chaos/faults/signal-process.ts";
import { stopNode } from "../chaos/faults/stop-node.ts";
import { node } from "../chaos/faults/target.ts";
import { eventsAtLeast, eventsAtMost, failedAtMost } from "../chaos/objectives/objectives.ts";
import { scenario } from "../chaos/scenario.ts";
import { single } from "../stacks/topologies/single.ts";
import { nothingMoves } from "./failover-events.ts";
import { freshLoad } from "./fresh-load.ts";

const { topology, ...parts } = single();
const balancer = node(parts.balancer.id);

/** A new process gets the sockets of the running one, and clients see neither the one go nor the other come. */
export const balancerReplaced = scenario(
  "When a balancer's process is replaced by a new one, no request is refused or lost.",
  {
    topology,
    load: freshLoad(parts, { serviceMs: 50, totalTimeoutMs: 900 }),
    steadyState: { durationMs: 500, deadlineMs: 10_000 },
    faults: [
      { fault: signalProcess(balancer, "balancer", "SIGUSR2", "balancer.replaced"), afterMs: 0 },
    ],
    observeMs: 1_500,
    stableMs: 1_000,
    marks: nothingMoves,
    predictions: [],
    objectives: [
      failedAtMost(0),
      eventsAtLeast({
        id: "replaced",
        title: "processes that gave their sockets to another",
        type: "balancer.replaced",
        atLeast: 1,
      }),
      eventsAtMost({
        id: "ended",
        title: "ends of a balancer's process that the node took for one",
        type: "process.exited",
        atMost: 0,
        matches: ({ data }) => data["name"] === "balancer",
      }),
    ],
    trials: 2,
    control: {
      without: "the hand-over of sockets: one process is stopped, then another started",
      change: {
        faults: [{ fault: stopNode(balancer, { graceMs: 5_000 }), afterMs: 0, forMs: 500 }],
        // There is one balancer only, and that nobody serves meanwhile is what the control shows.
        blastRadius: { allowTotalLoss: true },
      },
      mustFail: ["failed-requests"],
    },
  },
);
