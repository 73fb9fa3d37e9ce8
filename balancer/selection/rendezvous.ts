import { keyHash } from "./hash.ts";
import type { Candidate, PickContext, Policy } from "./policy.ts";
import { RendezvousOrder } from "./rendezvous-order.ts";

/** Keys whose winner is remembered; a power of two. */
const REMEMBERED = 65_536;

/**
 * The candidate with the highest score for the request's key. Exact shares, and the least possible
 * movement of keys, for a look at everybody on the first request of a key; winners are remembered
 * for the following ones. For large pools with many keys that come once, a ring or Maglev is cheaper.
 */
export class Rendezvous implements Policy {
  readonly division = "key";
  readonly #order = new RendezvousOrder();
  readonly #hashes = new Float64Array(REMEMBERED);
  #winners: (Candidate | undefined)[] = [];
  #away = new Set<string>();

  update(candidates: readonly Candidate[]): void {
    this.#order.update(candidates);
    this.#away = new Set(candidates.map(({ id }) => id).filter((id) => this.#away.has(id)));
    this.#forget();
  }

  pick({ key, random, allowed }: PickContext): Candidate | undefined {
    if (this.#order.isEmpty) return undefined;
    const hash = keyHash(key, random);
    const place = hash & (REMEMBERED - 1);
    if (this.#hashes[place] !== hash) {
      this.#hashes[place] = hash;
      this.#winners[place] = this.#order.best(hash, ({ id }) => !this.#away.has(id));
    }
    const winner = this.#winners[place];
    return winner !== undefined && allowed(winner) ? winner : this.#order.best(hash, allowed);
  }

  setAvailable({ id }: Candidate, available: boolean): void {
    if (this.#away.has(id) !== available) return;
    if (available) this.#away.delete(id);
    else this.#away.add(id);
    this.#forget();
  }

  #forget(): void {
    this.#hashes.fill(-1);
    this.#winners = [];
  }
}
