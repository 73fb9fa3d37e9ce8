import { slowBackend } from "../chaos/faults/misbehaviours.ts";
import { node } from "../chaos/faults/target.ts";
import { lateByTargetAtMostBetween } from "../chaos/objectives/between.ts";
import { healingOf, theFault } from "../chaos/objectives/moments.ts";
import type { Scenario } from "../chaos/scenario.ts";
import { Algorithm } from "../stacks/constructs/algorithm.ts";
import { Duration } from "../stacks/constructs/duration.ts";
import { ServiceTime } from "../stacks/constructs/service-time.ts";
import { single } from "../stacks/topologies/single.ts";
import { nothingMoves } from "./failover-events.ts";
import { freshLoad } from "./fresh-load.ts";

/** Times of the experiment of 2016 are divided by this: 167 ms of work, 2 s when slow, 1 s of patience. */
const SCALE = 4;
const SERVICE_MS = 168 / SCALE;
const SLOW_MS = 2_000 / SCALE;
const PATIENCE_MS = 1_000 / SCALE;
const BACKENDS = 11;

/** Id of the objective that measures the share of requests that came too late. */
export const LATE_SHARE = "late-share";

/** What round robin cannot avoid: the turns of the slow backend. */
export const ITS_TURNS = 1 / BACKENDS;

/**
 * One backend of eleven becomes slow for a while, under an algorithm: how many requests take longer
 * than a client waits for.
 *
 * @param slowForMs how long it is slow
 * @see Buoyant, "Beyond Round Robin: Load Balancing for Latency" (2016)
 */
export function slowBackendUnder(algorithm: Algorithm, slowForMs: number): Scenario {
  const under = (one: Algorithm) =>
    single({
      count: BACKENDS,
      // Nobody waits for a worker.
      workers: 64,
      service: ServiceTime.constant(Duration.millis(SERVICE_MS)),
      algorithm: one,
    });
  const { topology, ...parts } = under(algorithm);
  const [victim] = parts.pool.nodes;
  if (victim === undefined) throw new RangeError("The pool has no backend to slow down.");
  return {
    sentence:
      "When one backend of eleven is slow, clients that do not wait for it lose no more than its turns.",
    topology,
    // A client that went away would take its request with it: this one waits, and counts what is late.
    load: freshLoad(parts, { totalTimeoutMs: SLOW_MS * 1.8 }),
    steadyState: { durationMs: 500, deadlineMs: 10_000 },
    faults: [
      { fault: slowBackend(node(victim.id), { serviceMs: SLOW_MS }), afterMs: 0, forMs: slowForMs },
    ],
    observeMs: SLOW_MS,
    stableMs: SLOW_MS,
    marks: nothingMoves,
    predictions: [],
    objectives: [
      lateByTargetAtMostBetween({
        id: LATE_SHARE,
        title: `share of requests that waited longer than ${PATIENCE_MS} ms for it`,
        from: theFault,
        to: healingOf(),
        lateMs: PATIENCE_MS,
        atMost: ITS_TURNS + 0.02,
      }),
    ],
    trials: 1,
    control: {
      without: "an algorithm that sees load",
      change: { topology: under(Algorithm.roundRobin()).topology },
      mustFail: [],
    },
  };
}
