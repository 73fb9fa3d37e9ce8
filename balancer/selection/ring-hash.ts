import { ConsistentHash } from "./consistent-hash.ts";
import { keyHash } from "./hash.ts";
import { ringOf } from "./name-ring.ts";

/** How a ring is made. */
export interface RingOptions {
  /** Points of a candidate for each unit of its weight. */
  readonly virtualNodes: number;
}

/**
 * Consistent hashing on a ring: each candidate has points by its name, a key belongs to the next
 * point. More points share the keys more evenly.
 *
 * @see D. Karger et al. 1997
 */
export class RingHash extends ConsistentHash {
  constructor({ virtualNodes }: RingOptions) {
    super({
      build: (candidates) => ringOf(candidates, virtualNodes),
      hashOf: keyHash,
      boundedLoad: null,
    });
  }
}
