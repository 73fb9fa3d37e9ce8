import type { Candidate } from "./policy.ts";

/**
 * A membership with a number for each candidate, its slot, so that what a policy knows of them lies
 * in typed arrays.
 */
export class Members {
  #list: readonly Candidate[] = [];
  #slots = new Map<string, number>();

  /** The candidates by slot. */
  get list(): readonly Candidate[] {
    return this.#list;
  }

  get count(): number {
    return this.#list.length;
  }

  /** Slot of a candidate; −1 for one that is no member. */
  slotOf(candidate: Candidate): number {
    const slot = this.#slots.get(candidate.id) ?? -1;
    // One of the same name that was replaced is no member any more.
    return this.#list[slot] === candidate ? slot : -1;
  }

  /** The member of a name. */
  named(id: string): Candidate | undefined {
    return this.#list[this.#slots.get(id) ?? -1];
  }

  /** Replaces the membership; of each new slot the old one of the same id, −1 for a newcomer. */
  replace(candidates: readonly Candidate[]): Int32Array {
    const before = this.#slots;
    const oldSlots = new Int32Array(candidates.length).fill(-1);
    this.#list = candidates;
    this.#slots = new Map();
    // Loops and no mapping constructors here and below: those cost ten times as much an element.
    for (let slot = 0; slot < candidates.length; slot += 1) {
      const { id } = candidates[slot]!;
      this.#slots.set(id, slot);
      if (before.size > 0) oldSlots[slot] = before.get(id) ?? -1;
    }
    return oldSlots;
  }
}

/** What is known by slot, taken over into a new membership; newcomers get `initial`. */
export function carried(
  values: Float64Array,
  oldSlots: Int32Array,
  initial: (slot: number) => number,
): Float64Array<ArrayBuffer> {
  const taken = new Float64Array(oldSlots.length);
  for (let slot = 0; slot < taken.length; slot += 1) {
    const old = oldSlots[slot]!;
    taken[slot] = old < 0 ? initial(slot) : values[old]!;
  }
  return taken;
}

/** Weight of a candidate among its like: those of weight 0 only ever stand beside each other. */
export function weightOf(candidate: Candidate): number {
  return candidate.weight > 0 ? candidate.weight : 1;
}

/** A number of each candidate by slot, its weight for one. */
export function numbersOf(
  candidates: readonly Candidate[],
  numberOf: (candidate: Candidate) => number = weightOf,
): Float64Array<ArrayBuffer> {
  const numbers = new Float64Array(candidates.length);
  for (let slot = 0; slot < numbers.length; slot += 1) numbers[slot] = numberOf(candidates[slot]!);
  return numbers;
}
