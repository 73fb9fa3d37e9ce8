import { LatencyEstimates, type LatencyOptions } from "./latency-estimate.ts";
import { LoadIndex } from "./load-index.ts";
import { weightOf } from "./members.ts";
import type { Candidate, PickContext, Policy, Result } from "./policy.ts";

/** Above every logarithm that a known member can have. */
const UNKNOWN_AND_BUSY = 1e15;

/**
 * The members by what a request would wait for: the response time estimated, times the requests in
 * flight and this one, divided by the weight. The least is picked.
 *
 * One of which nothing is known gets a single request, and no more before that one is answered.
 * The order does not change while time passes alone, so that an index can hold it.
 */
export class ResponseTimeIndex implements Policy {
  readonly division = "weight";
  readonly #estimates: LatencyEstimates;
  readonly #index: LoadIndex;

  /** @param peak whether a slower answer than the estimate replaces it at once */
  constructor(options: LatencyOptions, peak: boolean) {
    this.#estimates = new LatencyEstimates(options, peak);
    this.#index = new LoadIndex((candidate, slot) => this.#loadOf(candidate, slot), true);
  }

  update(candidates: readonly Candidate[]): void {
    this.#estimates.update(this.#index.update(candidates));
    this.#index.fill();
  }

  pick(context: PickContext): Candidate | undefined {
    return this.#index.pick(context);
  }

  setAvailable(candidate: Candidate, available: boolean): void {
    this.#index.setAvailable(candidate, available);
  }

  started(candidate: Candidate): void {
    this.#index.refresh(candidate);
  }

  observed(candidate: Candidate, result: Result, latencyMs: number, now: number): void {
    const slot = this.#index.members.slotOf(candidate);
    if (slot < 0) return;
    this.#estimates.observe(slot, result, latencyMs, now);
    this.#index.refresh(candidate);
  }

  ended(candidate: Candidate): void {
    this.#index.refresh(candidate);
  }

  #loadOf(candidate: Candidate, slot: number): number {
    const { inFlight } = candidate;
    const weight = weightOf(candidate);
    if (!this.#estimates.isKnown(slot)) {
      return inFlight === 0 ? Number.NEGATIVE_INFINITY : UNKNOWN_AND_BUSY + inFlight / weight;
    }
    return this.#estimates.timelessLog(slot) + Math.log((inFlight + 1) / weight);
  }
}
