import { longerThan, moreFailedThan } from "../chaos/abort/rules.ts";
import { rollingRestart } from "../chaos/faults/steps.ts";
import { node } from "../chaos/faults/target.ts";
import { latencyAtMost } from "../chaos/objectives/availability.ts";
import { failedAtMost } from "../chaos/objectives/objectives.ts";
import { duringTheFault } from "../chaos/objectives/stretches.ts";
import { scenario, type NamedLoad } from "../chaos/scenario.ts";
import { Duration } from "../stacks/constructs/duration.ts";
import { activePassive } from "../stacks/topologies/active-passive.ts";
import { backendLeaves } from "./failover-events.ts";
import { freshLoad } from "./fresh-load.ts";

/** A balancer gives up on a silent backend early enough for the same request to be tried at another. */
const patience = { timeouts: { connect: Duration.millis(100) } };

const { topology, pool, ...parts } = activePassive(patience);
const base = { ...freshLoad(parts), totalTimeoutMs: 900, arrivals: { kind: "poisson" } } as const;

const alongside: readonly NamedLoad[] = [
  {
    ...base,
    id: "kept",
    ratePerSecond: 50,
    traffic: { kind: "kept-alive", connections: 10 },
  },
];

export const backendsRestarted = scenario(
  "A rolling restart of all backends costs no request: one that meets a stopped one is served by another.",
  {
    topology,
    load: { ...base, ratePerSecond: 100 },
    alongside,
    steadyState: { durationMs: 500, deadlineMs: 10_000 },
    // A second is longer than two passed checks take: the pool is whole again before the next one stops.
    faults: rollingRestart(
      pool.nodes.map(({ id }) => node(id)),
      { graceMs: 2_000, downMs: 1_000, betweenMs: 1_000 },
    ),
    abort: [moreFailedThan({ share: 0.6, withinMs: 1_000 }), longerThan(60_000)],
    blastRadius: { nodesDown: 1 },
    observeMs: 1_500,
    stableMs: 1_500,
    marks: backendLeaves,
    predictions: [],
    objectives: [
      failedAtMost(0),
      failedAtMost(0, { of: "kept", id: "failed-kept" }),
      latencyAtMost({ of: "kept", stretch: duringTheFault, quantile: 0.99, atMostMs: 300 }),
    ],
    trials: 3,
    control: {
      without: "a second try",
      change: { topology: activePassive({ ...patience, retryAttempts: 0 }).topology },
      mustFail: ["failed-requests", "failed-kept"],
    },
  },
);
