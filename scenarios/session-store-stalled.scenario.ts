import { stallLink } from "../chaos/faults/stall-link.ts";
import { eventsAtLeast, eventsAtMost, failedAtMost } from "../chaos/objectives/objectives.ts";
import { scenario } from "../chaos/scenario.ts";
import { activePassive } from "../stacks/topologies/active-passive.ts";
import { nothingMoves } from "./failover-events.ts";
import { freshLoad } from "./fresh-load.ts";

const BRIEF_MS = 200;
const LONG_MS = 5_000;

const { topology, ...parts } = activePassive();
const link = parts.pool.sessionFaults;
if (link === undefined) throw new RangeError("The session store has no fault point.");

/** What every deep check depends on stalls: emptying the pool would turn a slow store into an outage. */
export const sessionStoreStalled = scenario(
  "When the session store stalls, no backend is ejected although every deep check depends on it.",
  {
    topology,
    load: freshLoad(parts),
    steadyState: { durationMs: 500, deadlineMs: 10_000 },
    faults: [
      { fault: stallLink(link.id, { send: "PING\r\n" }), afterMs: 0, forMs: BRIEF_MS },
      { fault: stallLink(link.id, { send: "PING\r\n" }), afterMs: 1_000, forMs: LONG_MS },
    ],
    observeMs: 1_000,
    stableMs: 500,
    marks: nothingMoves,
    predictions: [],
    objectives: [
      eventsAtMost({
        id: "backends-ejected",
        title: "backends found unhealthy",
        type: "backend.unhealthy",
        atMost: 0,
      }),
      failedAtMost(0),
      eventsAtLeast({
        id: "pool-held",
        title: "times the whole pool was held by the active balancer",
        type: "pool.held",
        atLeast: 1,
        matches: (event, { hurt }) => event.node === hurt.owner,
      }),
    ],
    trials: 3,
    control: {
      without: "the whole-pool hold",
      change: { topology: activePassive({ hold: { enabled: false } }).topology },
      mustFail: ["backends-ejected", "failed-requests"],
    },
  },
);
