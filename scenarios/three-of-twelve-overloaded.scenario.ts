import { slowBackend } from "../chaos/faults/misbehaviours.ts";
import { node } from "../chaos/faults/target.ts";
import { together } from "../chaos/faults/together.ts";
import { failedShareAtMostBetween, latencyAtMostBetween } from "../chaos/objectives/between.ts";
import { theFault } from "../chaos/objectives/moments.ts";
import { scenario } from "../chaos/scenario.ts";
import { Algorithm } from "../stacks/constructs/algorithm.ts";
import { Duration } from "../stacks/constructs/duration.ts";
import { ServiceTime } from "../stacks/constructs/service-time.ts";
import { single, type SingleOptions } from "../stacks/topologies/single.ts";
import { nothingMoves } from "./failover-events.ts";
import { freshLoad } from "./fresh-load.ts";

const SERVICE_MS = 20;
/** A worker that takes so long serves two requests a second; round robin sends ten. */
const OVERLOADED_MS = 500;

const common: SingleOptions = {
  count: 12,
  workers: 1,
  queue: 4,
  service: ServiceTime.constant(Duration.millis(SERVICE_MS)),
};
const { topology, ...parts } = single({ ...common, algorithm: Algorithm.leastConnections() });

/** Who counts requests in flight sees an overloaded backend at once; who takes turns feeds it on. */
export const threeOfTwelveOverloaded = scenario(
  "When three of twelve backends are overloaded, the others carry on, and hardly a client notices.",
  {
    topology,
    load: freshLoad(parts, { ratePerSecond: 120, totalTimeoutMs: 1_400 }),
    steadyState: { durationMs: 500, deadlineMs: 10_000 },
    faults: [
      {
        fault: together(
          parts.pool.nodes
            .slice(0, 3)
            .map(({ id }) => slowBackend(node(id), { serviceMs: OVERLOADED_MS })),
        ),
        afterMs: 0,
      },
    ],
    observeMs: 2_500,
    stableMs: 2_500,
    marks: nothingMoves,
    predictions: [],
    objectives: [
      failedShareAtMostBetween({
        id: "failed-share",
        title: "share of requests that failed",
        from: theFault,
        atMost: 0.01,
      }),
      latencyAtMostBetween({
        id: "latency",
        title: "p90 of response times",
        from: theFault,
        quantile: 0.9,
        atMostMs: 200,
      }),
    ],
    trials: 2,
    control: {
      without: "an algorithm that sees load",
      change: {
        topology: single({ ...common, algorithm: Algorithm.roundRobin() }).topology,
      },
      mustFail: ["failed-share"],
    },
  },
);
