import type { Candidate, PickContext, Policy } from "./policy.ts";
import { Rotation } from "./rotation.ts";

/**
 * Takes turns. Weights do not matter, except that a candidate of weight 0 has no turn while
 * another one is allowed. Costs one step a pick while everybody is allowed.
 */
export class RoundRobin implements Policy {
  readonly division = "equal";
  readonly #rotation = new Rotation();

  update(candidates: readonly Candidate[]): void {
    this.#rotation.replace(candidates);
  }

  pick({ random, allowed }: PickContext): Candidate | undefined {
    const { candidates } = this.#rotation;
    const count = candidates.length;
    if (count === 0) return undefined;
    const turn = this.#rotation.turn(random);
    let lastResort = -1;
    for (let step = 0; step < count; step++) {
      const index = turn + step < count ? turn + step : turn + step - count;
      const candidate = candidates[index];
      if (candidate === undefined || !allowed(candidate)) continue;
      if (candidate.weight > 0) {
        this.#rotation.taken(index);
        return candidate;
      }
      if (lastResort < 0) lastResort = index;
    }
    if (lastResort < 0) return undefined;
    this.#rotation.taken(lastResort);
    return candidates[lastResort];
  }
}
