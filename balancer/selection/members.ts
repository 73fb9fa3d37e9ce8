import type { Candidate } from "./policy.ts";

/**
 * A membership with a number for each candidate, its slot, so that what a policy knows of them lies
 * in typed arrays.
 */
export class Members {
  #list: readonly Candidate[] = [];
  #slots = new Map<Candidate, number>();

  /** The candidates by slot. */
  get list(): readonly Candidate[] {
    return this.#list;
  }

  get count(): number {
    return this.#list.length;
  }

  /** Slot of a candidate; −1 for one that is no member. */
  slotOf(candidate: Candidate): number {
    return this.#slots.get(candidate) ?? -1;
  }

  /** Replaces the membership; of each new slot the old one of the same id, −1 for a newcomer. */
  replace(candidates: readonly Candidate[]): Int32Array {
    const before = new Map(this.#list.map(({ id }, slot) => [id, slot]));
    this.#list = candidates;
    this.#slots = new Map(candidates.map((candidate, slot) => [candidate, slot]));
    return Int32Array.from(candidates, ({ id }) => before.get(id) ?? -1);
  }
}

/** What is known by slot, taken over into a new membership; newcomers get `initial`. */
export function carried(
  values: Float64Array,
  oldSlots: Int32Array,
  initial: (slot: number) => number,
): Float64Array<ArrayBuffer> {
  return Float64Array.from(oldSlots, (old, slot) =>
    old < 0 ? initial(slot) : (values[old] ?? initial(slot)),
  );
}

/** Weight of a candidate among its like: those of weight 0 only ever stand beside each other. */
export function weightOf(candidate: Candidate): number {
  return candidate.weight > 0 ? candidate.weight : 1;
}
