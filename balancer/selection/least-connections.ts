import type { Candidate, PickContext, Policy } from "./policy.ts";
import { Rotation } from "./rotation.ts";

/**
 * The candidate with the fewest requests in flight for its weight; equals take turns. A candidate
 * of weight 0 is picked only when no other one is allowed. Looks at every candidate unless it
 * meets an idle one: the cost grows with the membership.
 *
 * @see nginx, least_conn; Linux IPVS, wlc
 */
export class LeastConnections implements Policy {
  readonly division = "weight";
  readonly #rotation = new Rotation();

  update(candidates: readonly Candidate[]): void {
    this.#rotation.replace(candidates);
  }

  pick({ random, allowed }: PickContext): Candidate | undefined {
    const { candidates } = this.#rotation;
    if (candidates.length === 0) return undefined;
    const turn = this.#rotation.turn(random);
    let best = this.#least(turn, allowed);
    if (best < 0) best = this.#leastOfWeightZero(turn, allowed);
    if (best < 0) return undefined;
    this.#rotation.taken(best);
    return candidates[best];
  }

  /** Index of the least loaded candidate that is allowed, the earliest from `turn` on; −1 for none. */
  #least(turn: number, allowed: (candidate: Candidate) => boolean): number {
    const { candidates } = this.#rotation;
    const count = candidates.length;
    let best = -1;
    let bestLoad = Number.POSITIVE_INFINITY;
    for (let step = 0; step < count && bestLoad > 0; step++) {
      const index = turn + step < count ? turn + step : turn + step - count;
      const candidate = candidates[index];
      if (candidate === undefined || candidate.weight === 0) continue;
      const load = candidate.inFlight / candidate.weight;
      // Asking whether it is allowed costs more than comparing, so only those that would win are asked.
      if (load >= bestLoad || !allowed(candidate)) continue;
      best = index;
      bestLoad = load;
    }
    return best;
  }

  #leastOfWeightZero(turn: number, allowed: (candidate: Candidate) => boolean): number {
    const { candidates } = this.#rotation;
    let best = -1;
    let bestLoad = Number.POSITIVE_INFINITY;
    for (let step = 0; step < candidates.length; step++) {
      const index = (turn + step) % candidates.length;
      const candidate = candidates[index];
      if (candidate === undefined || candidate.weight > 0) continue;
      if (candidate.inFlight >= bestLoad || !allowed(candidate)) continue;
      best = index;
      bestLoad = candidate.inFlight;
    }
    return best;
  }
}
