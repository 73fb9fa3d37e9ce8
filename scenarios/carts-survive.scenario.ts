import { killProcess } from "../chaos/faults/kill-process.ts";
import { node } from "../chaos/faults/target.ts";
import { affinityMissesAtMost } from "../chaos/objectives/affinity.ts";
import { availabilityAtLeast } from "../chaos/objectives/availability.ts";
import {
  itemsLostAtMost,
  sessionsSurviveAtLeast,
  usersSeenAtLeast,
} from "../chaos/objectives/session-survival.ts";
import { duringTheFault } from "../chaos/objectives/stretches.ts";
import { scenario } from "../chaos/scenario.ts";
import { Algorithm } from "../stacks/constructs/algorithm.ts";
import { HashKey } from "../stacks/constructs/hash-key.ts";
import { activePassive } from "../stacks/topologies/active-passive.ts";
import { nothingMoves } from "./failover-events.ts";
import { freshLoad } from "./fresh-load.ts";

const USERS = 20;
const of = "carts";

/** A user's requests go to the same backend, as long as there is one. */
const { topology, ...parts } = activePassive({
  algorithm: Algorithm.ringHash({ key: HashKey.cookie("evenkeel-session") }),
});
const [victim] = parts.pool.nodes;
if (victim === undefined) throw new RangeError("The pool has no backend to kill.");

/** What was acknowledged to a user is in the store, whichever backend acknowledged it. */
export const cartsSurvive = scenario(
  "When a backend dies, its users go on elsewhere with all that is in their carts, and the others stay where they are.",
  {
    topology,
    load: freshLoad(parts, { ratePerSecond: 100 }),
    alongside: [
      {
        ...freshLoad(parts, { path: "/cart", ratePerSecond: 60, totalTimeoutMs: 500 }),
        id: of,
        traffic: { kind: "session", users: USERS },
      },
    ],
    // Long enough for every user to have put something into the cart.
    steadyState: { durationMs: 1_500, deadlineMs: 10_000 },
    faults: [{ fault: killProcess(node(victim.id), "backend"), afterMs: 0 }],
    observeMs: 1_500,
    stableMs: 1_000,
    marks: nothingMoves,
    predictions: [],
    objectives: [
      itemsLostAtMost({ of, atMost: 0 }),
      sessionsSurviveAtLeast({ of, atLeast: 1 }),
      usersSeenAtLeast({ of, atLeast: USERS / 2 }),
      affinityMissesAtMost({ of, atMost: 0 }),
      // Only what was in flight on the dead backend fails.
      availabilityAtLeast({ of, stretch: duringTheFault, atLeast: 0.95 }),
    ],
    trials: 3,
    control: {
      without: "a store that outlives the fault",
      change: {
        faults: [
          // It keeps nothing on disk: what starts again is empty.
          { fault: killProcess(node(parts.store.id), "redis"), afterMs: 0, forMs: 100 },
        ],
      },
      mustFail: ["items-lost-carts", "session-survival-carts"],
    },
  },
);
