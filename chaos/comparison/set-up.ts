import type { ModelInput } from "../simulation/model.ts";

/**
 * What all cells of a comparison have in common, simulated and live alike: small enough for a lab on
 * a laptop, busy enough (six tenths) that one backend less is felt.
 */
export const SET_UP = {
  backends: 6,
  /** Requests that one backend works on at once, and that may wait for it. */
  workers: 2,
  queue: 64,
  /** Mean of the exponentially distributed work. */
  workMs: 40,
  ratePerSecond: 180,
  /** How long a client waits. The balancer then gives the request up; its backend works on. */
  timeoutMs: 500,
  retryAttempts: 1,
  check: { intervalMs: 500, timeoutMs: 250, rise: 2, fall: 2 },
  slowStartMs: 4_000,
  /** Before the fault. */
  beforeMs: 2_000,
  /**
   * Requests count that arrive from so long before the fault, as those that it finds under way may
   * not outlive it, until so long after it.
   */
  countedMs: { before: 500, after: 8_000 },
} as const;

/**
 * Outlier detection where it is wanted: the balancer's defaults, but times that fit into the seconds
 * that are compared, as those of the checks do.
 */
export const OUTLIER_DETECTION = {
  interval: "1s",
  baseEjection: "2s",
} as const satisfies ModelInput["outlierDetection"];

/** The set-up as a model of the simulator, with what happens to its backends. */
export function modelOf(about: string, changes: NonNullable<ModelInput["changes"]>): ModelInput {
  const { check } = SET_UP;
  return {
    about,
    arrivals: { kind: "poisson", ratePerSecond: SET_UP.ratePerSecond },
    work: { kind: "exponential", mean: ms(SET_UP.workMs) },
    keys: { kind: "uniform", count: 1_000 },
    backends: [{ count: SET_UP.backends, workers: SET_UP.workers, queue: SET_UP.queue }],
    changes,
    deadline: { after: ms(SET_UP.timeoutMs), cancels: "balancer" },
    retry: { attempts: SET_UP.retryAttempts, keptConnections: true },
    healthCheck: {
      interval: ms(check.intervalMs),
      timeout: ms(check.timeoutMs),
      rise: check.rise,
      fall: check.fall,
    },
    slowStart: { window: ms(SET_UP.slowStartMs) },
    warmUp: ms(SET_UP.beforeMs - SET_UP.countedMs.before),
    duration: ms(SET_UP.countedMs.before + SET_UP.countedMs.after),
  };
}

/** A duration as models write it. */
export function ms(value: number): `${number}ms` {
  return `${value}ms`;
}
