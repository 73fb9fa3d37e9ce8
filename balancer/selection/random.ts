import { Draw } from "./draw.ts";
import type { Candidate, PickContext, Policy } from "./policy.ts";

/** Any candidate, all equally likely. Weights do not matter. */
export class Random implements Policy {
  readonly division = "equal";
  readonly #draw = new Draw();
  #candidates: readonly Candidate[] = [];

  update(candidates: readonly Candidate[]): void {
    this.#candidates = candidates;
    this.#draw.update(candidates, () => 1);
  }

  pick(context: PickContext): Candidate | undefined {
    return this.#candidates[this.#draw.slot(context)];
  }
}
