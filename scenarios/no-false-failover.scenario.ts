import { flapping } from "../chaos/faults/flapping.ts";
import { pauseNode } from "../chaos/faults/pause-node.ts";
import { addressOwner } from "../chaos/faults/target.ts";
import { noFalseFailover } from "../chaos/objectives/false-failover.ts";
import { scenario } from "../chaos/scenario.ts";
import { Duration } from "../stacks/constructs/duration.ts";
import { activePassive } from "../stacks/topologies/active-passive.ts";
import { nothingMoves } from "./failover-events.ts";
import { advertsAsHeartbeat, takeoverIn } from "./floating-address.ts";
import { freshLoad } from "./fresh-load.ts";

/** As when a virtual machine is moved to another host, or its neighbours have the processor. */
const FREEZE_MS = 130;
const TIMES = 4;

const { topology, ...parts } = activePassive();
/** With a third of the advert interval three adverts are missed in less than a freeze. */
const tight = activePassive({ advertInterval: Duration.millis(30) });

export const noFalseFailoverOfFreezes = scenario(
  "When the active balancer freezes again and again, but more briefly than its peer waits, the address stays.",
  {
    topology,
    load: freshLoad(parts),
    steadyState: { durationMs: 300, deadlineMs: 10_000 },
    faults: flapping(pauseNode(addressOwner), { downMs: FREEZE_MS, upMs: 300, times: TIMES }),
    observeMs: 1_000,
    stableMs: 300,
    // The freeze delays an advert by as much as its place between two of them says.
    heartbeat: { ...advertsAsHeartbeat(topology), silenced: false },
    marks: nothingMoves,
    predictions: [],
    objectives: [
      // From the second advert that is missed on it depends on the third.
      noFalseFailover({ shorterThanMs: takeoverIn(topology).floorMs }),
    ],
    trials: 5,
    control: {
      without: "patience",
      change: { topology: tight.topology },
      mustFail: ["false-failovers"],
    },
  },
);
