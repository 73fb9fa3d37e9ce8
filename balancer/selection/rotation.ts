import type { Candidate } from "./policy.ts";

/**
 * A membership with a position in it, shared by the policies that take turns.
 *
 * The first position is random, so that many balancers started together do not all begin with the
 * same backend; a changed membership continues where the old one stood.
 */
export class Rotation {
  #candidates: readonly Candidate[] = [];
  #next: number | null = null;

  /** The membership in its order. */
  get candidates(): readonly Candidate[] {
    return this.#candidates;
  }

  /** Index of the candidate whose turn it is; meaningless for an empty membership. */
  turn(random: () => number): number {
    this.#next ??= Math.floor(random() * this.#candidates.length);
    return this.#next;
  }

  /** Ends the turn of the candidate at `index`: the one behind it is next. */
  taken(index: number): void {
    this.#next = index + 1 >= this.#candidates.length ? 0 : index + 1;
  }

  /** Replaces the membership; next is the first of the old order, from the turn on, that stays. */
  replace(candidates: readonly Candidate[]): void {
    const old = this.#candidates;
    const from = this.#next;
    this.#candidates = candidates;
    if (from === null) return;
    const indexOf = new Map(candidates.map((candidate, index) => [candidate.id, index]));
    const kept = [...old.slice(from), ...old.slice(0, from)]
      .map((candidate) => indexOf.get(candidate.id))
      .find((index) => index !== undefined);
    // Nobody stayed: the turn is drawn anew.
    this.#next = kept ?? null;
  }
}
