import type { HealthState } from "../upstream/backend.ts";

/** What active checks made of one backend so far. */
export interface BackendHealth {
  readonly state: HealthState;
  /** Passes in a row; 0 after a failure. */
  readonly passes: number;
  /** Failures in a row; 0 after a pass. */
  readonly failures: number;
}

/** How many results in a row change the state. */
export interface Thresholds {
  /** Passes that make an unhealthy backend healthy. */
  readonly rise: number;
  /** Failures that make it unhealthy. */
  readonly fall: number;
}

/** What can happen to a backend's health. */
export type HealthEvent =
  | { readonly kind: "passed" }
  /** `withheld`: count it, but leave the state to a later `convicted`. */
  | { readonly kind: "failed"; readonly withheld: boolean }
  /** The failures counted so far do count. */
  | { readonly kind: "convicted" };

/** A backend's health, and the state it has just changed to, or null. */
export interface HealthStep {
  readonly health: BackendHealth;
  readonly flip: "healthy" | "unhealthy" | null;
}

/** The health of a backend that was never checked. */
export function initialHealth(state: HealthState): BackendHealth {
  return { state, passes: 0, failures: 0 };
}

/**
 * The health after an event. One pass is enough for a backend that is `pending`, so that a start
 * is quick; `fall` failures are needed there as well.
 */
export function afterHealthEvent(
  health: BackendHealth,
  event: HealthEvent,
  thresholds: Thresholds,
): HealthStep {
  switch (event.kind) {
    case "passed": {
      const passes = health.passes + 1;
      const needed = health.state === "pending" ? 1 : thresholds.rise;
      const rises = health.state !== "healthy" && passes >= needed;
      const state = rises ? "healthy" : health.state;
      return { health: { state, passes, failures: 0 }, flip: rises ? "healthy" : null };
    }
    case "failed": {
      const counted = { state: health.state, passes: 0, failures: health.failures + 1 };
      return event.withheld ? { health: counted, flip: null } : convicted(counted, thresholds);
    }
    case "convicted":
      return convicted(health, thresholds);
  }
}

/** Whether its failures suffice to make it unhealthy, and it is not yet. */
export function isDue(health: BackendHealth, thresholds: Thresholds): boolean {
  return health.state !== "unhealthy" && health.failures >= thresholds.fall;
}

/** Where a backend stands between its states: not at all, on the way to the other one, or down. */
export type Pace = "steady" | "turning" | "down";

/** How soon a backend is best checked again. One that was never healthy is left time to become so. */
export function paceOf({ state, passes, failures }: BackendHealth, { fall }: Thresholds): Pace {
  if (state === "unhealthy") return passes > 0 ? "turning" : "down";
  return state === "healthy" && failures > 0 && failures < fall ? "turning" : "steady";
}

function convicted(health: BackendHealth, thresholds: Thresholds): HealthStep {
  if (!isDue(health, thresholds)) return { health, flip: null };
  return { health: { ...health, state: "unhealthy" }, flip: "unhealthy" };
}
