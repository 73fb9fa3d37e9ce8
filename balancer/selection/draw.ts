import { numbersOf } from "./members.ts";
import type { Candidate, PickContext } from "./policy.ts";

/** Draws that miss before everybody is looked at; with one in ten denied that happens never. */
const MISSES_MAXIMUM = 16;

/**
 * Draws one of many at random, each as likely as its weight says, in constant time.
 *
 * @see A. J. Walker 1977, M. D. Vose 1991, the alias method
 */
export class Draw {
  #candidates: readonly Candidate[] = [];
  #weights = new Float64Array(0);
  /** Below it a slot stands for itself, above it for its alias. */
  #thresholds = new Float64Array(0);
  #aliases = new Int32Array(0);

  /** Replaces the candidates. */
  update(candidates: readonly Candidate[], weightOf: (candidate: Candidate) => number): void {
    this.#candidates = candidates;
    this.#weights = numbersOf(candidates, weightOf);
    this.#thresholds = new Float64Array(candidates.length).fill(1);
    // Where the threshold is 1 nobody looks at the alias.
    this.#aliases = new Int32Array(candidates.length);
    this.#pair();
  }

  /** Slot of one that is allowed and not `but`; −1 when there is none. */
  slot({ random, allowed }: PickContext, but = -1): number {
    const count = this.#candidates.length;
    if (count === 0) return -1;
    for (let miss = 0; miss < MISSES_MAXIMUM; miss += 1) {
      // One number serves both questions: its whole part draws the slot, the rest what it stands for.
      const drawn = random() * count;
      const first = Math.floor(drawn);
      const slot = drawn - first < this.#thresholds[first]! ? first : this.#aliases[first]!;
      if (slot !== but && allowed(this.#candidates[slot]!)) return slot;
    }
    return this.#slotOfFew(random, allowed, but);
  }

  /** The same by looking at everybody: exact when hardly anybody is allowed. */
  #slotOfFew(random: () => number, allowed: PickContext["allowed"], but: number): number {
    let chosen = -1;
    let total = 0;
    this.#candidates.forEach((candidate, slot) => {
      if (slot === but || !allowed(candidate)) return;
      total += this.#weights[slot]!;
      if (random() * total < this.#weights[slot]!) chosen = slot;
    });
    return chosen;
  }

  /** Fills each slot that has less than the average up with what another one has too much of. */
  #pair(): void {
    const count = this.#candidates.length;
    const total = this.#weights.reduce((sum, weight) => sum + weight, 0);
    const left = this.#weights.map((weight) => (weight * count) / total);
    const scarce: number[] = [];
    const ample: number[] = [];
    left.forEach((share, slot) => (share < 1 ? scarce : ample).push(slot));
    for (;;) {
      const giver = ample.at(-1);
      const taker = giver === undefined ? undefined : scarce.pop();
      if (giver === undefined || taker === undefined) return;
      this.#thresholds[taker] = left[taker]!;
      this.#aliases[taker] = giver;
      left[giver]! -= 1 - left[taker]!;
      if (left[giver]! >= 1) continue;
      ample.pop();
      scarce.push(giver);
    }
  }
}
