import { arrivalOffsetsNs, peakRatePerSecond, type ArrivalPlan } from "../../load/arrivals.ts";
import type { ProbePlan } from "../probe.ts";

/** More outstanding probes than 1.5 times what a total outage leaves open are not sent but counted. */
const OUTSTANDING_FACTOR = 1.5;
/** Arrivals drawn at random crowd; six standard deviations of their number are room enough. */
const CROWDING_DEVIATIONS = 6;

/** When the probes of a plan are due. Plain data, so that a thread can be told. */
export interface Schedule extends ArrivalPlan {
  /** CLOCK_MONOTONIC. */
  readonly startNs: bigint;
  /** None is due from then on. */
  readonly durationMs: number;
  /** Probes at most; Infinity for as many as fall into the duration. */
  readonly count: number;
}

/** The schedule of a plan that starts at a time. */
export function scheduleOf(plan: ProbePlan, startNs: bigint): Schedule {
  const { ratePerSecond, arrivals, seed, traffic } = plan;
  return {
    startNs,
    durationMs: plan.maxDurationMs,
    count: traffic.kind === "long-lived" ? traffic.connections : Infinity,
    ratePerSecond,
    arrivals,
    seed,
  };
}

/**
 * Walks along a schedule. The pacer's thread and the one that sends walk along the same one, each with a
 * walk of its own: only so the one can sleep until the other has something to do.
 */
export class DueTimes {
  readonly #offsets: Generator<number, never>;
  readonly #endNs: number;
  readonly #count: number;
  /** Number of the next probe. */
  seq = 0;
  /** When it is due, nanoseconds after the start; null when none follows. */
  nextNs: number | null;

  constructor(schedule: Schedule) {
    this.#offsets = arrivalOffsetsNs(schedule);
    this.#endNs = schedule.durationMs * 1e6;
    this.#count = schedule.count;
    this.nextNs = this.#next();
  }

  /** When the schedule is over, nanoseconds after the start. */
  get endNs(): number {
    return this.#endNs;
  }

  /** Goes on to the probe after the next one. */
  advance(): void {
    this.seq += 1;
    this.nextNs = this.#next();
  }

  #next(): number | null {
    if (this.seq >= this.#count) return null;
    const offsetNs = this.#offsets.next().value;
    return offsetNs < this.#endNs ? offsetNs : null;
  }
}

/** How many probes of a plan may be outstanding at once. */
export function maxOutstanding(plan: ProbePlan): number {
  const open = (peakRatePerSecond(plan) * plan.totalTimeoutMs) / 1000;
  const crowd = plan.arrivals.kind === "poisson" ? CROWDING_DEVIATIONS * Math.sqrt(open) : 0;
  return Math.ceil(Math.max(open * OUTSTANDING_FACTOR, open + crowd));
}
