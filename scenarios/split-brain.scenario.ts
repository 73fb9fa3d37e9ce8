import { partition } from "../chaos/faults/packet-faults.ts";
import { splitBrain as deafToEachOther } from "../chaos/faults/split-brain.ts";
import { node } from "../chaos/faults/target.ts";
import { vrrpSplitBrain } from "../chaos/measurement/windows/split-brain.ts";
import { noMasterAtMost, splitBrainWithin } from "../chaos/objectives/split-brain.ts";
import type { PredictedWindow } from "../chaos/measurement/predicted-window.ts";
import { scenario } from "../chaos/scenario.ts";
import { activePassive } from "../stacks/topologies/active-passive.ts";
import { addressMoves } from "./failover-events.ts";
import { advertsAsHeartbeat, vrrpTimersOf } from "./floating-address.ts";
import { freshLoad } from "./fresh-load.ts";

const DEAF_MS = 1_000;
/** keepalived's own time to act, and that of the kernel to tell of the address. */
const SLACK_MS = 30;

const { topology, ...parts } = activePassive();
const [first, second] = parts.pair.nodes;

/** While they do not hear each other, two masters are what VRRP must come to; it must not outlast it. */
const splitBrainIn = (owner?: string | null): PredictedWindow =>
  vrrpSplitBrain(vrrpTimersOf(topology, owner), DEAF_MS);

export const splitBrain = scenario(
  "When two balancers no longer hear each other, both hold the floating address, and one gives it up as soon as they do.",
  {
    topology,
    load: freshLoad(parts),
    steadyState: { durationMs: 300, deadlineMs: 10_000 },
    faults: [{ fault: deafToEachOther([first.id, second.id]), afterMs: 0, forMs: DEAF_MS }],
    observeMs: 2_000,
    stableMs: 500,
    // The owner's adverts go on; whoever should hear them is deaf.
    heartbeat: { ...advertsAsHeartbeat(topology), silenced: false },
    marks: addressMoves,
    predictions: [splitBrainIn()],
    objectives: [
      splitBrainWithin({
        window: splitBrainIn(),
        // Either may be the owner; its peer's priority decides when that takes over.
        windowOf: ({ hurt }) => splitBrainIn(hurt.owner),
        slackMs: SLACK_MS,
      }),
      noMasterAtMost({ atMostMs: 100 }),
    ],
    trials: 5,
    control: {
      without: "an end of the partition",
      change: { faults: [{ fault: partition(node(first.id), [second.id]), afterMs: 0 }] },
      mustFail: ["split-brain"],
    },
  },
);
