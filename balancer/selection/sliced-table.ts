/**
 * A table that takes longer to build than the event loop may be blocked. It is built in slices, at
 * the end of each of which `build` yields; the last finished table serves meanwhile.
 */
export class SlicedTable<T> {
  #current: T | null = null;
  #work: Generator<void, T> | null = null;

  /** Begins a new table, and does the first slice: small tables are finished at once. */
  begin(build: Generator<void, T>): void {
    this.#work = build;
    this.advance();
  }

  /** Does one slice; true while more are left. */
  advance(): boolean {
    const step = this.#work?.next();
    if (step?.done === true) {
      this.#current = step.value;
      this.#work = null;
    }
    return this.#work !== null;
  }

  /** Whether a newer table than the one that serves is being built. */
  get stale(): boolean {
    return this.#work !== null;
  }

  /** The table that serves; what has none yet is finished first. Null before the first `begin`. */
  get current(): T | null {
    if (this.#current === null) this.finish();
    return this.#current;
  }

  /** Does all slices that are left. */
  finish(): void {
    while (this.#work !== null) this.advance();
  }
}
