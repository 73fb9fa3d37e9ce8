import type { Scenario } from "../scenario.ts";

/**
 * What the environment takes of a trial, by experience and not by promise: a lab starts and ends with
 * every trial; containers that stay are started again and wait for their election.
 */
const AROUND_TRIAL_MS = { namespace: 1_600, docker: 6_000 } as const;
/** Before a fault is aimed at a phase: three beats and a fresh one, and on average half a period more. */
const PERIODS_TO_AIM = 4.5;

/** How long a run may take, in milliseconds. Waiting for other timed runs is not in it. */
export interface EstimatedDuration {
  /** If every recovery is stable as soon as it can be. */
  readonly leastMs: number;
  /** If every trial observes for as long as it may, and its steady state holds at once. */
  readonly mostMs: number;
}

/** The duration of so many trials. */
export function estimateDuration(
  scenario: Pick<
    Scenario,
    "steadyState" | "faults" | "observeMs" | "stableMs" | "load" | "heartbeat"
  >,
  trials: number,
  environment: keyof typeof AROUND_TRIAL_MS,
): EstimatedDuration {
  const { steadyState, faults, observeMs, stableMs, load, heartbeat } = scenario;
  const faultsMs = faults.reduce((sum, { afterMs, forMs }) => sum + afterMs + (forMs ?? 0), 0);
  const aimMs = heartbeat === undefined ? 0 : PERIODS_TO_AIM * heartbeat.periodMs;
  const before = AROUND_TRIAL_MS[environment] + steadyState.durationMs + aimMs + faultsMs;
  const least = before + Math.min(observeMs, stableMs + load.totalTimeoutMs);
  return { leastMs: trials * least, mostMs: trials * (before + observeMs) };
}
