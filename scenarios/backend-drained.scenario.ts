import { drainBackend } from "../chaos/faults/operations.ts";
import { node } from "../chaos/faults/target.ts";
import { answeredAtMostBetween, openAtLeastAt } from "../chaos/objectives/between.ts";
import { eventsAtLeast, failedAtMost } from "../chaos/objectives/objectives.ts";
import { scenario } from "../chaos/scenario.ts";
import { single } from "../stacks/topologies/single.ts";
import { firstToldOf } from "./backend-events.ts";
import { nothingMoves } from "./failover-events.ts";
import { freshLoad } from "./fresh-load.ts";

/** With 200 requests a second over three backends, each has 33 open. */
const SERVICE_MS = 500;
const OPEN = 20;

const { topology, ...parts } = single({ workers: 128 });
const [victim] = parts.pool.nodes;
if (victim === undefined) throw new RangeError("The pool has no backend to drain.");

const balancer = node(parts.balancer.id);
const name = { pool: parts.pool.id, backend: victim.id };
const begins = firstToldOf("backend.draining", victim.id);

/** What a backend has open when an operator takes it out, it finishes; it gets nothing new. */
export const backendDrained = scenario(
  "When an operator drains a backend, what is open on it is finished and nothing new goes there.",
  {
    topology,
    load: freshLoad(parts, { serviceMs: SERVICE_MS, totalTimeoutMs: SERVICE_MS * 1.8 }),
    steadyState: { durationMs: SERVICE_MS * 2, deadlineMs: 10_000 },
    faults: [{ fault: drainBackend(balancer, name, { deadlineMs: 10_000 }), afterMs: 0 }],
    observeMs: 1_500,
    stableMs: 1_000,
    marks: nothingMoves,
    predictions: [],
    objectives: [
      failedAtMost(0),
      openAtLeastAt({ moment: begins, backend: victim.id, atLeast: OPEN }),
      answeredAtMostBetween({
        id: "given-after-drain",
        title: "requests that began after the drain and went there",
        from: begins,
        backend: victim.id,
        atMost: 0,
      }),
      eventsAtLeast({
        id: "drained",
        title: "drains that ended with nothing cut",
        type: "backend.drained",
        atLeast: 1,
        matches: ({ data }) => data["backend"] === victim.id && data["cut"] === 0,
      }),
    ],
    trials: 2,
    control: {
      without: "time to finish",
      change: {
        faults: [{ fault: drainBackend(balancer, name, { deadlineMs: 0 }), afterMs: 0 }],
      },
      mustFail: ["failed-requests"],
    },
  },
);
