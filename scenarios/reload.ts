import type { ConfigInput } from "../balancer/index.ts";
import { applyConfigs } from "../chaos/faults/apply-configs.ts";
import { killNode } from "../chaos/faults/kill-node.ts";
import { killProcess } from "../chaos/faults/kill-process.ts";
import { node } from "../chaos/faults/target.ts";
import { failedAtMostBetween } from "../chaos/objectives/between.ts";
import { distributionFollows, type Weights } from "../chaos/objectives/distribution.ts";
import { firstEventAfter, theFault } from "../chaos/objectives/moments.ts";
import { eventsAtMost } from "../chaos/objectives/objectives.ts";
import type { ScenarioDefinition } from "../chaos/scenario.ts";
import type { TimelineEvent } from "../chaos/environment/environment.ts";
import { Algorithm } from "../stacks/constructs/algorithm.ts";
import { Duration } from "../stacks/constructs/duration.ts";
import { HealthCheck } from "../stacks/constructs/health-check.ts";
import { single, type SingleOptions } from "../stacks/topologies/single.ts";
import { firstToldOf } from "./backend-events.ts";
import { nothingMoves } from "./failover-events.ts";
import { freshLoad } from "./fresh-load.ts";

/** How often, and under how much load, a balancer gets another configuration. */
export interface ReloadSetting {
  readonly changes: number;
  readonly everyMs: number;
  readonly ratePerSecond: number;
}

/** Until a dead backend is found, and then some. */
const DETECTED_MS = 1_000;
/** Smooth weighted round robin is off by about one request at either end of a stretch. */
const DISTANCE = 3;

/** Members and weights, in turn. The one that is dead is always among them. */
const TURNS: readonly Weights[] = [
  { "app-1": 1, "app-2": 1 },
  { "app-1": 3, "app-2": 1, "app-3": 1 },
  { "app-3": 1 },
  { "app-2": 1, "app-3": 2 },
];
const DEAD = "app-4";

/**
 * A balancer that gets one configuration after another under load, each with other members or
 * weights, while one of its backends is dead all the time: forgetting that would cost requests, for
 * nothing is tried twice.
 */
export function reloadUnderLoad({
  changes,
  everyMs,
  ratePerSecond,
}: ReloadSetting): ScenarioDefinition {
  const options: SingleOptions = {
    count: 4,
    algorithm: Algorithm.weightedRoundRobin(),
    retryAttempts: 0,
    healthCheck: HealthCheck.http({
      interval: Duration.millis(150),
      timeout: Duration.millis(150),
      fall: 2,
    }),
  };
  const { topology, ...parts } = single(options);
  const lb = parts.balancer.id;
  const wanted = Array.from({ length: changes }, (_, turn) => TURNS[turn % TURNS.length] ?? {});
  const isChange = ({ node: id, type, data }: TimelineEvent): boolean =>
    id === lb && type === "config.applied" && data["by"] === "admin";
  const firstChange = firstEventAfter(firstToldOf("backend.unhealthy", DEAD), {
    title: "the first change",
    matches: isChange,
  });
  return {
    topology,
    load: freshLoad(parts, { ratePerSecond, totalTimeoutMs: 1_000 }),
    steadyState: { durationMs: 500, deadlineMs: 10_000 },
    faults: [
      { fault: killProcess(node(DEAD), "backend"), afterMs: 0 },
      {
        fault: applyConfigs(node(lb), {
          title: "members and weights",
          everyMs,
          changes: wanted.map((weights) => (document) => withMembers(document, weights)),
        }),
        afterMs: DETECTED_MS,
      },
    ],
    observeMs: 500,
    stableMs: 500,
    marks: nothingMoves,
    predictions: [],
    objectives: [
      failedAtMostBetween({
        id: "failed-requests",
        title: "failed requests from the first change on",
        from: firstChange,
        atMost: 0,
      }),
      distributionFollows({ isChange, weights: wanted, atMost: DISTANCE }),
      eventsAtMost({
        id: "found-again",
        title: "times that the dead backend was found dead",
        type: "backend.unhealthy",
        atMost: 1,
        matches: ({ data }) => data["backend"] === DEAD,
      }),
    ],
    trials: 2,
    control: {
      without: "reload: the balancer's process is started again instead",
      change: {
        faults: [
          { fault: killProcess(node(DEAD), "backend"), afterMs: 0 },
          { fault: killNode(node(lb), { silent: false }), afterMs: DETECTED_MS, forMs: everyMs },
        ],
        // There is one balancer only, and that nobody serves meanwhile is what the control shows.
        blastRadius: { allowTotalLoss: true },
        objectives: [
          failedAtMostBetween({
            id: "failed-requests",
            title: "failed requests once the dead backend was found",
            from: firstToldOf("backend.unhealthy", DEAD, theFault),
            atMost: 0,
          }),
        ],
      },
      mustFail: ["failed-requests"],
    },
  };
}

function withMembers(document: ConfigInput, weights: Weights): ConfigInput {
  const pools = document.pools.map((pool) => ({
    ...pool,
    backends: pool.backends.flatMap((backend) => {
      const weight = backend.id === DEAD ? 1 : weights[backend.id];
      return weight === undefined ? [] : [{ ...backend, weight }];
    }),
  }));
  return { ...document, pools };
}
