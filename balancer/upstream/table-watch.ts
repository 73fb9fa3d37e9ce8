import type { PoolConfig } from "../config.ts";
import { leastTableSize } from "../selection/maglev.ts";

/**
 * Tells when a pool has outgrown the table that its policy looks keys up in. A configuration that lists
 * too many backends is refused; discovery may find more than it could know of.
 */
export class TableWatch {
  readonly #warn: (message: string) => void;
  /** Whether it was told, so that not every further backend is told of. */
  #outgrown = false;

  /** @param warn told what an operator should know, one sentence at a time */
  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  /** Membership or settings are new. */
  update({ id, policy, hashing: { tableSize }, backends }: PoolConfig): void {
    const before = this.#outgrown;
    const least = policy === "maglev" ? leastTableSize(backends.map(({ weight }) => weight)) : 0;
    this.#outgrown = tableSize < least;
    if (before || !this.#outgrown) return;
    this.#warn(
      `Pool "${id}" has outgrown its Maglev table: ${tableSize} entries are too few for each of its ${backends.length} backends to be sure of one, and one without gets no requests. Set its hashing.tableSize to a prime of at least ${least}, better a hundred times its backends.`,
    );
  }
}
