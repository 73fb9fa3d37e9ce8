import { Draw } from "./draw.ts";
import { weightOf } from "./members.ts";
import type { Candidate, PickContext, Policy } from "./policy.ts";

/**
 * Draws two different candidates by weight and takes the one with fewer requests in flight for its
 * weight; the first one drawn when both have the same.
 *
 * @see M. Mitzenmacher, The Power of Two Choices in Randomized Load Balancing, 2001
 */
export class PowerOfTwoChoices implements Policy {
  readonly division = "weight";
  readonly #draw = new Draw();
  #candidates: readonly Candidate[] = [];

  update(candidates: readonly Candidate[]): void {
    this.#candidates = candidates;
    this.#draw.update(candidates, weightOf);
  }

  pick(context: PickContext): Candidate | undefined {
    const slot = this.#draw.slot(context);
    const first = this.#candidates[slot];
    if (first === undefined) return undefined;
    const second = this.#candidates[this.#draw.slot(context, slot)];
    if (second === undefined) return first;
    // Products instead of quotients: no rounding makes equals differ.
    return second.inFlight * weightOf(first) < first.inFlight * weightOf(second) ? second : first;
  }
}
