import { ConsistentHash } from "./consistent-hash.ts";
import { keyHash } from "./hash.ts";
import { ringOf } from "./name-ring.ts";
import type { RingOptions } from "./ring-hash.ts";

/** How a ring with bounded loads is made. */
export interface BoundedLoadsOptions extends RingOptions {
  /** Bound of a candidate's requests in flight as a multiple of its fair share, above 1. */
  readonly boundedLoad: number;
}

/**
 * The ring, on which nobody takes much more than its fair share: while its candidate is full, a key
 * goes to another one. So a popular key, or thousands of users behind one address, cannot drown a
 * single backend.
 *
 * @see V. Mirrokni, M. Thorup, M. Zadimoghaddam 2016, arXiv 1608.01350
 */
export class BoundedLoads extends ConsistentHash {
  constructor({ virtualNodes, boundedLoad }: BoundedLoadsOptions) {
    super({
      build: (candidates) => ringOf(candidates, virtualNodes),
      hashOf: keyHash,
      boundedLoad,
    });
  }
}
