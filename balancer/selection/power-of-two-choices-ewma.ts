import { Draw } from "./draw.ts";
import { LatencyEstimates, type LatencyOptions } from "./latency-estimate.ts";
import { Members, weightOf } from "./members.ts";
import type { Candidate, PickContext, Policy, Result } from "./policy.ts";

/**
 * Draws two different candidates by weight and takes the one with the smaller product of peak EWMA
 * of its response time and requests in flight (this one included) for its weight. One of which
 * nothing is known is taken when it is idle, and avoided until it has answered.
 *
 * @see Finagle, Power of Two Choices with Peak EWMA
 */
export class PowerOfTwoChoicesEwma implements Policy {
  readonly division = "weight";
  readonly #draw = new Draw();
  readonly #members = new Members();
  readonly #estimates: LatencyEstimates;

  constructor(options: LatencyOptions) {
    this.#estimates = new LatencyEstimates(options, true);
  }

  update(candidates: readonly Candidate[]): void {
    this.#estimates.update(this.#members.replace(candidates));
    this.#draw.update(candidates, weightOf);
  }

  pick(context: PickContext): Candidate | undefined {
    const first = this.#draw.slot(context);
    const second = first < 0 ? -1 : this.#draw.slot(context, first);
    if (second < 0) return this.#members.list[first];
    const better = this.#cost(second, context.now) < this.#cost(first, context.now);
    return this.#members.list[better ? second : first];
  }

  observed(candidate: Candidate, result: Result, latencyMs: number, now: number): void {
    const slot = this.#members.slotOf(candidate);
    if (slot >= 0) this.#estimates.observe(slot, result, latencyMs, now);
  }

  #cost(slot: number, now: number): number {
    const candidate = this.#members.list[slot]!;
    const { inFlight } = candidate;
    if (!this.#estimates.isKnown(slot)) return inFlight === 0 ? 0 : Number.MAX_VALUE;
    return (this.#estimates.at(slot, now) * (inFlight + 1)) / weightOf(candidate);
  }
}
