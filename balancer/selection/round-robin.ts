import type { Candidate, PickContext, Policy } from "./policy.ts";
import { Rotation } from "./rotation.ts";

/** Takes turns. Weights do not matter. Costs one step a pick while everybody is allowed. */
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
    for (let step = 0; step < count; step++) {
      const index = turn + step < count ? turn + step : turn + step - count;
      const candidate = candidates[index];
      if (candidate === undefined || !allowed(candidate)) continue;
      this.#rotation.taken(index);
      return candidate;
    }
    return undefined;
  }
}
