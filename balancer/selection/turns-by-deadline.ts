import { IndexedHeap } from "./indexed-heap.ts";
import { carried, Members, numbersOf } from "./members.ts";
import type { Candidate, PickContext } from "./policy.ts";

/**
 * Turns by weight for many candidates: each has a deadline, the earliest is next, and its next one
 * is 1/weight later. In a cycle of as many picks as the sum of the weights everybody has exactly
 * its weight in turns. Who is denied loses its turn and is owed nothing.
 *
 * Costs the logarithm of the membership. Deadlines are counted in whole turns, so that nothing
 * drifts, and begin at a random phase each, so that there is no order that every balancer shares.
 *
 * @see earliest deadline first, as Envoy's round robin uses it
 */
export class TurnsByDeadline {
  readonly #members = new Members();
  #heap = new IndexedHeap(0);
  #weights = new Float64Array(0);
  #turns = new Float64Array(0);
  /** In (0, 1]; NaN for one that has not begun. */
  #phases = new Float64Array(0);
  #time = 0;
  #placed = false;

  /** Replaces the membership; those who stay keep their place, newcomers begin now. */
  update(candidates: readonly Candidate[]): void {
    const oldSlots = this.#members.replace(candidates);
    const old = this.#weights;
    this.#weights = numbersOf(candidates);
    this.#turns = carried(this.#turns, oldSlots, () => 0);
    this.#phases = carried(this.#phases, oldSlots, () => Number.NaN);
    // Another weight is another distance between deadlines: it begins anew.
    oldSlots.forEach((slot, index) => {
      if (slot >= 0 && old[slot] !== this.#weights[index]) this.#phases[index] = Number.NaN;
    });
    this.#heap = new IndexedHeap(candidates.length);
    this.#placed = false;
  }

  /** The next one that is allowed. */
  pick({ random, allowed }: PickContext): Candidate | undefined {
    if (!this.#placed) this.#placeAll(random);
    const { list, count } = this.#members;
    for (let looked = 0; looked < count; looked += 1) {
      const slot = this.#heap.top;
      this.#time = this.#heap.first(slot);
      this.#turns[slot]! += 1;
      this.#place(slot);
      const candidate = list[slot]!;
      if (allowed(candidate)) return candidate;
    }
    return this.#anyAllowed(allowed);
  }

  /** Heavy members that are denied can fill all turns that were looked at. */
  #anyAllowed(allowed: (candidate: Candidate) => boolean): Candidate | undefined {
    const { list } = this.#members;
    let best = -1;
    for (let slot = 0; slot < list.length; slot += 1) {
      if (best >= 0 && this.#heap.first(slot) >= this.#heap.first(best)) continue;
      if (allowed(list[slot]!)) best = slot;
    }
    if (best < 0) return undefined;
    this.#turns[best]! += 1;
    this.#place(best);
    return list[best];
  }

  #placeAll(random: () => number): void {
    this.#placed = true;
    for (let slot = 0; slot < this.#members.count; slot += 1) {
      if (Number.isNaN(this.#phases[slot])) {
        this.#turns[slot] = Math.floor(this.#time * this.#weights[slot]!);
        this.#phases[slot] = 1 - random();
      }
      this.#place(slot);
    }
  }

  #place(slot: number): void {
    const deadline = (this.#turns[slot]! + this.#phases[slot]!) / this.#weights[slot]!;
    this.#heap.set(slot, deadline, slot);
  }
}
