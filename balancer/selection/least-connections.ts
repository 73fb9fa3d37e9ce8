import { LoadIndex } from "./load-index.ts";
import type { Candidate, PickContext, Policy } from "./policy.ts";

/**
 * The candidate with the fewest requests in flight; equals take turns. Weights do not matter.
 * Costs the logarithm of the membership.
 */
export class LeastConnections implements Policy {
  readonly division = "equal";
  readonly #index = new LoadIndex((candidate) => candidate.inFlight, false);

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
