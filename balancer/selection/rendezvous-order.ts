import { mixed, murmur3, SEED } from "./hash.ts";
import { weightOf } from "./members.ts";
import type { Candidate } from "./policy.ts";

/**
 * Rendezvous: of each key every candidate has a score of its own, and the highest one wins. Who
 * comes or goes moves no key but its own. Looks at everybody.
 *
 * @see D. Thaler, C. Ravishankar 1998, highest random weight; J. Schindelhauer, G. Schomaker 2005
 *   for weights, −w / ln(u)
 */
export class RendezvousOrder {
  #candidates: readonly Candidate[] = [];
  /** Whether names were hashed since the last change: who is never asked need not hash them. */
  #ready = true;
  /** Two hashes of each name: were it one, two names with the same hash would share one portion. */
  #names = new Uint32Array(0);
  #strides = new Uint32Array(0);
  /** Null when all are the same. */
  #weights: Float64Array | null = null;

  update(candidates: readonly Candidate[]): void {
    this.#candidates = candidates;
    this.#ready = false;
  }

  #prepare(): void {
    const candidates = this.#candidates;
    this.#ready = true;
    this.#names = Uint32Array.from(candidates, ({ id }) => murmur3(id, SEED.name));
    this.#strides = Uint32Array.from(candidates, ({ id }) => murmur3(id, SEED.stride));
    const weights = Float64Array.from(candidates, weightOf);
    this.#weights = weights.every((weight) => weight === weights[0]) ? null : weights;
  }

  get isEmpty(): boolean {
    return this.#candidates.length === 0;
  }

  /** The allowed candidate with the highest score for a hash of 32 bits. */
  best(hash: number, allowed: (candidate: Candidate) => boolean): Candidate | undefined {
    if (!this.#ready) this.#prepare();
    let best = -1;
    let bestScore = Number.NEGATIVE_INFINITY;
    const count = this.#candidates.length;
    for (let slot = 0; slot < count; slot += 1) {
      const score = this.#score(hash, slot, bestScore);
      // Asked only where it matters: asking costs more than reckoning.
      if (score < bestScore || !allowed(this.#candidates[slot]!)) continue;
      if (score === bestScore && !this.#isFirst(slot, best)) continue;
      best = slot;
      bestScore = score;
    }
    return this.#candidates[best];
  }

  /** Exact where it is at least `enough`; below that only known to be less. */
  #score(hash: number, slot: number, enough: number): number {
    const drawn = (mixed(hash ^ this.#names[slot]!) ^ this.#strides[slot]!) >>> 0;
    if (this.#weights === null) return drawn;
    const share = (drawn + 0.5) / 2 ** 32;
    // 1 − u ≤ −ln u, so most scores are too low without a logarithm.
    const atMost = this.#weights[slot]! / (1 - share);
    return atMost < enough ? atMost : -this.#weights[slot]! / Math.log(share);
  }

  /** Equal scores go by name, so that the order of the configuration does not matter. */
  #isFirst(slot: number, than: number): boolean {
    return than < 0 || this.#candidates[slot]!.id < this.#candidates[than]!.id;
  }
}
