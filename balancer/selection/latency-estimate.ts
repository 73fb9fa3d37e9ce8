import { carried } from "./members.ts";
import type { Result } from "./policy.ts";

/** How response times are averaged. */
export interface LatencyOptions {
  /** Time in which what was seen loses all but 1/e of its weight, in milliseconds. */
  readonly decayMs: number;
  /** What a failure counts as at least, in milliseconds. */
  readonly failureMs: number;
}

/** A failure doubles the estimate up to here, so that a backend that recovers is tried again. */
const LONGEST_MS = 60_000;

/**
 * How long each member takes to answer: an exponentially weighted moving average over time, which
 * fades while nothing is seen, so that whoever was slow once is tried again.
 *
 * A failure must not look like a fast answer. It doubles the estimate, and counts at least as the
 * slowest answer that the whole pool has given of late.
 *
 * @see Finagle, PeakEwma (which jumps to every peak)
 */
export class LatencyEstimates {
  readonly #options: LatencyOptions;
  readonly #peak: boolean;
  #estimates = new Float64Array(0);
  /** When each was last seen; −∞ for never. */
  #seenAt = new Float64Array(0);
  #slowest = 0;
  #slowestAt = 0;

  /** @param peak whether a slower answer than the estimate replaces it at once */
  constructor(options: LatencyOptions, peak: boolean) {
    this.#options = options;
    this.#peak = peak;
  }

  /** @param oldSlots of each new slot the old one, −1 for a newcomer */
  update(oldSlots: Int32Array): void {
    this.#estimates = carried(this.#estimates, oldSlots, () => 0);
    this.#seenAt = carried(this.#seenAt, oldSlots, () => Number.NEGATIVE_INFINITY);
  }

  /** Takes in one result. */
  observe(slot: number, result: Result, latencyMs: number, now: number): void {
    const { decayMs, failureMs } = this.#options;
    const fading = Math.exp((this.#seenAt[slot]! - now) / decayMs);
    const before = this.#estimates[slot]! * fading;
    // What cannot be measured more finely than the clock must not have a logarithm of −∞.
    let seen = Math.max(latencyMs, 0.001);
    if (result === "failed") {
      const slowest = this.#slowest * Math.exp((this.#slowestAt - now) / decayMs);
      seen = Math.min(Math.max(seen, 2 * before, slowest, failureMs), LONGEST_MS);
    } else if (result === "abandoned") {
      // Only a lower bound: it may raise the estimate and says nothing otherwise.
      if (seen <= before) return;
    } else this.#noteSlow(seen, now);
    const jumps = result !== "answered" || (this.#peak && seen > before);
    this.#estimates[slot] = jumps ? seen : seen + fading * (this.#estimates[slot]! - seen);
    this.#seenAt[slot] = now;
  }

  /** Whether anything was ever seen of it. */
  isKnown(slot: number): boolean {
    return this.#estimates[slot]! > 0;
  }

  /**
   * Natural logarithm of the estimate, in milliseconds, as it would be at monotonic time 0. All
   * estimates fade at the same rate, so the order of two members by it is the same at all times.
   */
  timelessLog(slot: number): number {
    return Math.log(this.#estimates[slot]!) + this.#seenAt[slot]! / this.#options.decayMs;
  }

  /** The estimate in milliseconds, faded; 0 when nothing was ever seen. */
  at(slot: number, now: number): number {
    const estimate = this.#estimates[slot]!;
    return estimate === 0
      ? 0
      : estimate * Math.exp((this.#seenAt[slot]! - now) / this.#options.decayMs);
  }

  #noteSlow(latencyMs: number, now: number): void {
    const faded = this.#slowest * Math.exp((this.#slowestAt - now) / this.#options.decayMs);
    if (latencyMs < faded) return;
    this.#slowest = latencyMs;
    this.#slowestAt = now;
  }
}
