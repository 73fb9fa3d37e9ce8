import { LoadIndex } from "./load-index.ts";
import { weightOf } from "./members.ts";
import type { Candidate, PickContext, Policy } from "./policy.ts";

/**
 * The candidate with the fewest requests in flight for its weight; equals take turns by weight.
 * Costs the logarithm of the membership.
 *
 * @see nginx, least_conn; Linux IPVS, wlc
 */
export class WeightedLeastConnections implements Policy {
  readonly division = "weight";
  readonly #index = new LoadIndex((one) => one.inFlight / weightOf(one), true);

  update(candidates: readonly Candidate[]): void {
    this.#index.update(candidates);
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

  ended(candidate: Candidate): void {
    this.#index.refresh(candidate);
  }
}
