import { createPolicy, POLICY_NAMES, type PolicyName } from "../../balancer/index.ts";
import { BACK_AFTER_MS, FAULT_MS, FLAP, SLOWER } from "../../chaos/comparison/faults.ts";
import type { LiveCellMaker } from "../../chaos/comparison/live/live-plan.ts";
import { OUTLIER_DETECTION, SET_UP } from "../../chaos/comparison/set-up.ts";
import { flapping } from "../../chaos/faults/flapping.ts";
import { killProcess } from "../../chaos/faults/kill-process.ts";
import { behave } from "../../chaos/faults/behave.ts";
import { fast5xx, slowBackend } from "../../chaos/faults/misbehaviours.ts";
import { node, type Target } from "../../chaos/faults/target.ts";
import type { FaultStep, Scenario } from "../../chaos/scenario.ts";
import { Duration } from "../../stacks/constructs/duration.ts";
import { HealthCheck } from "../../stacks/constructs/health-check.ts";
import { ServiceTime } from "../../stacks/constructs/service-time.ts";
import { single } from "../../stacks/topologies/single.ts";
import { nothingMoves } from "../failover-events.ts";
import { freshLoad } from "../fresh-load.ts";

/** The last fault is healed by then; a process needs some time to start again. */
const AFTER_HEALING_MS = 500;

/** The faults that a lab can do as they are simulated, as steps on one backend. */
const STEPS: Readonly<Record<string, (victim: Target) => readonly FaultStep[]>> = {
  "slow-backend": (victim) => [
    { fault: slowBackend(victim, { factor: SLOWER.slow }), afterMs: 0, forMs: FAULT_MS },
  ],
  "fast-5xx": (victim) => [{ fault: fast5xx(victim), afterMs: 0, forMs: FAULT_MS }],
  kill: (victim) => [
    { fault: killProcess(victim, "backend"), afterMs: 0, forMs: BACK_AFTER_MS.kill },
  ],
  flapping: (victim) =>
    flapping(behave(victim, { status: 503, checks: true }), {
      downMs: FLAP.badMs,
      upMs: FLAP.goodMs,
      times: FLAP.times,
    }),
};

/**
 * One cell of a comparison as a scenario for a lab: the set-up of the simulated cells as a `single`
 * topology. Says why where that cannot be.
 */
export const liveCell: LiveCellMaker = ({ fault, policy }, { outlierDetection }) => {
  const steps = STEPS[fault];
  if (steps === undefined) {
    return { reason: "a lab cannot time how cold caches begin with the first request" };
  }
  const name = POLICY_NAMES.find((known) => known === policy);
  if (name === undefined) return { reason: "policies with options are simulated only" };
  if (createPolicy(name).division === "key") {
    return { reason: "all requests come from one client here, and so have one key" };
  }
  const pool = {
    policy: name,
    ...(outlierDetection ? { outlierDetection: OUTLIER_DETECTION } : {}),
  };
  return { scenario: (seed) => scenarioOf(pool, steps, seed) };
};

function scenarioOf(
  configuration: {
    readonly policy: PolicyName;
    readonly outlierDetection?: typeof OUTLIER_DETECTION;
  },
  steps: (victim: Target) => readonly FaultStep[],
  seed: number,
): Scenario {
  const { check } = SET_UP;
  const { topology, ...parts } = single({
    count: SET_UP.backends,
    workers: SET_UP.workers,
    queue: SET_UP.queue,
    service: ServiceTime.exponential(Duration.millis(SET_UP.workMs)),
    seed,
    retryAttempts: SET_UP.retryAttempts,
    slowStart: { window: Duration.millis(SET_UP.slowStartMs) },
    healthCheck: HealthCheck.http({
      interval: Duration.millis(check.intervalMs),
      timeout: Duration.millis(check.timeoutMs),
      rise: check.rise,
      fall: check.fall,
    }),
    configuration,
  });
  // A pool has at least one backend.
  const faults = steps(node(parts.pool.nodes[0]!.id));
  const faultsMs = faults.reduce((sum, { afterMs, forMs = 0 }) => sum + afterMs + forMs, 0);
  const observeMs = SET_UP.countedMs.after - faultsMs + AFTER_HEALING_MS;
  return {
    sentence: `A cell of a comparison: ${configuration.policy}.`,
    topology,
    load: freshLoad(parts, {
      ratePerSecond: SET_UP.ratePerSecond,
      totalTimeoutMs: SET_UP.timeoutMs,
    }),
    // As long as the requests from before the fault that count, and some.
    steadyState: { durationMs: SET_UP.countedMs.before + 300, deadlineMs: 10_000 },
    faults,
    observeMs,
    // A recovery never ends it early: what comes later counts as well.
    stableMs: observeMs + 60_000,
    marks: nothingMoves,
    predictions: [],
    objectives: [],
    trials: 1,
    control: { without: "", change: {}, mustFail: [] },
  };
}
