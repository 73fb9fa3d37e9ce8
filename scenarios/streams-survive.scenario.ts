import { killProcess } from "../chaos/faults/kill-process.ts";
import { node } from "../chaos/faults/target.ts";
import {
  connectionsOpenAtLeast,
  connectionsSurviveAtLeast,
} from "../chaos/objectives/connection-survival.ts";
import { failedAtMostInFlight } from "../chaos/objectives/objectives.ts";
import { scenario } from "../chaos/scenario.ts";
import { Algorithm } from "../stacks/constructs/algorithm.ts";
import { single } from "../stacks/topologies/single.ts";
import { backendLeaves } from "./failover-events.ts";
import { freshLoad } from "./fresh-load.ts";

const STREAMS = 30;
/** Each holds a worker for as long as it lives. */
const WORKERS = 64;

const { topology, ...parts } = single({ workers: WORKERS });
const [victim] = parts.pool.nodes;
if (victim === undefined) throw new RangeError("The pool has no backend to kill.");
const of = "streams";

/** A connection lives no longer than its backend; how many that costs is decided when they are made. */
export const streamsSurvive = scenario(
  "When one of three backends dies, only the streams that it serves break off, and they are a third of all.",
  {
    topology,
    load: freshLoad(parts, { ratePerSecond: 100 }),
    alongside: [
      {
        ...freshLoad(parts, { path: "/stream", ratePerSecond: 60, totalTimeoutMs: 900 }),
        id: of,
        traffic: { kind: "long-lived", connections: STREAMS, everyMs: 50 },
      },
    ],
    steadyState: { durationMs: 500, deadlineMs: 10_000 },
    faults: [{ fault: killProcess(node(victim.id), "backend"), afterMs: 0 }],
    observeMs: 1_500,
    stableMs: 500,
    marks: backendLeaves,
    predictions: [],
    objectives: [
      connectionsOpenAtLeast({ of, atLeast: STREAMS }),
      connectionsSurviveAtLeast({ of, on: "others", atLeast: 1 }),
      // Two in three, and one in ten for shares that are not quite even.
      connectionsSurviveAtLeast({ of, atLeast: 2 / 3 - 0.1 }),
      failedAtMostInFlight(),
    ],
    trials: 3,
    control: {
      without: "streams on all backends",
      change: { topology: single({ workers: WORKERS, algorithm: Algorithm.first() }).topology },
      mustFail: ["connection-survival-streams"],
    },
  },
);
