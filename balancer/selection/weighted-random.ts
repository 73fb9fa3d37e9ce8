import { Draw } from "./draw.ts";
import { weightOf } from "./members.ts";
import type { Candidate, PickContext, Policy } from "./policy.ts";

/** Any candidate, each as likely as its weight says. */
export class WeightedRandom implements Policy {
  readonly division = "weight";
  readonly #draw = new Draw();
  #candidates: readonly Candidate[] = [];

  update(candidates: readonly Candidate[]): void {
    this.#candidates = candidates;
    this.#draw.update(candidates, weightOf);
  }

  pick(context: PickContext): Candidate | undefined {
    return this.#candidates[this.#draw.slot(context)];
  }
}
