import { IndexedHeap } from "./indexed-heap.ts";
import { carried, Members, numbersOf, weightOf } from "./members.ts";
import type { Candidate, PickContext } from "./policy.ts";

/** Load of a member: smaller is better. Only told changes count: `refresh` when it may differ. */
export type LoadOf = (candidate: Candidate, slot: number) => number;

/**
 * The members by their load, so that the least loaded is found without looking at all of them.
 * Equals take turns, each as often as its share of the turns says: the earliest deadline is next,
 * and who was picked gets a deadline one turn later.
 */
export class LoadIndex {
  readonly members = new Members();
  readonly #loadOf: LoadOf;
  readonly #turnsOf: (candidate: Candidate) => number;
  #heap = new IndexedHeap(0);
  #deadlines = new Float64Array(0);
  #turns = new Float64Array(0);
  #away = new Uint8Array(0);
  /** Deadline of the last pick. */
  #time = 0;
  #begun = false;
  /** Members that were looked at and denied during one pick. */
  readonly #denied: number[] = [];

  /**
   * @param weighted whether a member's turns follow its weight
   */
  constructor(loadOf: LoadOf, weighted: boolean) {
    this.#loadOf = loadOf;
    this.#turnsOf = weighted ? weightOf : () => 1;
  }

  /** Replaces the membership; of each new slot the old one, −1 for a newcomer. */
  update(candidates: readonly Candidate[]): Int32Array {
    const oldSlots = this.members.replace(candidates);
    this.#turns = numbersOf(candidates, this.#turnsOf);
    this.#deadlines = carried(
      this.#deadlines,
      oldSlots,
      (slot) => this.#time + 1 / this.#turns[slot]!,
    );
    const away = new Uint8Array(candidates.length);
    for (let slot = 0; slot < away.length; slot += 1) away[slot] = this.#away[oldSlots[slot]!] ?? 0;
    this.#away = away;
    this.#heap = new IndexedHeap(candidates.length);
    return oldSlots;
  }

  /** Fills the heap anew; `update` leaves it empty, so that loads can be carried over first. */
  fill(): void {
    for (let slot = 0; slot < this.members.count; slot += 1) {
      if (this.#away[slot] === 0) this.#place(slot);
    }
  }

  setAvailable(candidate: Candidate, available: boolean): void {
    const slot = this.members.slotOf(candidate);
    if (slot < 0) return;
    this.#away[slot] = available ? 0 : 1;
    if (!available) this.#heap.remove(slot);
    else if (!this.#heap.has(slot)) {
      // Whoever was away has no turns to catch up on.
      this.#deadlines[slot] = Math.max(this.#deadlines[slot]!, this.#time);
      this.#place(slot);
    }
  }

  /** A member's load may have changed. */
  refresh(candidate: Candidate): void {
    const slot = this.members.slotOf(candidate);
    if (slot >= 0 && this.#away[slot] === 0) this.#place(slot);
  }

  /** The least loaded member that is allowed. */
  pick({ random, allowed }: PickContext): Candidate | undefined {
    if (!this.#begun) this.#begin(random);
    const denied = this.#denied;
    let slot = this.#heap.top;
    while (slot >= 0 && !allowed(this.members.list[slot]!)) {
      denied.push(slot);
      this.#heap.remove(slot);
      slot = this.#heap.top;
    }
    for (const back of denied) this.#place(back);
    denied.length = 0;
    if (slot < 0) return undefined;
    // Time does not run back for one whose turn is long past: it has no turns to catch up on.
    this.#time = Math.max(this.#time, this.#deadlines[slot]!);
    this.#deadlines[slot] = this.#time + 1 / this.#turns[slot]!;
    this.#place(slot);
    return this.members.list[slot];
  }

  #place(slot: number): void {
    const load = this.#loadOf(this.members.list[slot]!, slot);
    this.#heap.set(slot, load, this.#deadlines[slot]!);
  }

  /** Draws where the turns begin, so that fresh instances do not all begin with the same member. */
  #begin(random: () => number): void {
    const { count } = this.members;
    if (count === 0) return;
    this.#begun = true;
    const first = Math.floor(random() * count);
    for (let slot = 0; slot < count; slot += 1) {
      const position = (slot - first + count) % count;
      this.#deadlines[slot] = this.#time + position / count / this.#turns[slot]!;
      if (this.#heap.has(slot)) this.#place(slot);
    }
  }
}
