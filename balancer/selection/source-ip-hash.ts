import { keyHash, mixed, SEED } from "./hash.ts";
import { weightOf } from "./members.ts";
import type { Candidate, PickContext, Policy } from "./policy.ts";
import { RendezvousOrder } from "./rendezvous-order.ts";

/** Draws anew for a key whose candidate is denied, before everybody is looked at. */
const DRAWS_MAXIMUM = 20;

/**
 * The hash of the client's address modulo the number of candidates (each counted as often as its
 * weight says), as it is commonly described. Almost every client moves when the number changes; the
 * ring moves only those that it must.
 *
 * A client whose candidate is denied is hashed anew until it meets one that is not, and comes back
 * when its own returns.
 *
 * @see nginx, ip_hash; HAProxy, balance source with hash-type map-based
 */
export class SourceIpHash implements Policy {
  readonly division = "key";
  readonly #order = new RendezvousOrder();
  #candidates: readonly Candidate[] = [];
  /** Sum of the weights up to and with each candidate. */
  #sums = new Float64Array(0);

  update(candidates: readonly Candidate[]): void {
    let sum = 0;
    this.#candidates = candidates;
    this.#sums = Float64Array.from(candidates, (candidate) => (sum += weightOf(candidate)));
    this.#order.update(candidates);
  }

  pick({ key, random, allowed }: PickContext): Candidate | undefined {
    if (this.#candidates.length === 0) return undefined;
    const first = keyHash(key, random);
    let hash = first;
    for (let draw = 0; draw < DRAWS_MAXIMUM; draw += 1) {
      const candidate = this.#candidates[this.#slotOf(hash)]!;
      if (allowed(candidate)) return candidate;
      hash = mixed(hash + SEED.stride);
    }
    return this.#order.best(first, allowed);
  }

  #slotOf(hash: number): number {
    const sums = this.#sums;
    const last = sums.length - 1;
    const at = hash % sums[last]!;
    let from = 0;
    let to = last;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (at < sums[middle]!) to = middle;
      else from = middle + 1;
    }
    return from;
  }
}
