import { keyHash } from "./hash.ts";
import type { Candidate, PickContext, Policy } from "./policy.ts";
import { RendezvousOrder } from "./rendezvous-order.ts";

/** Keys whose winner is remembered; the one that was remembered first is forgotten first. */
const REMEMBERED = 65_536;

interface Memory {
  readonly winner: Candidate | undefined;
  /** Who takes over from the winner; missing until it was denied for the first time. */
  second: Candidate | undefined;
}

/**
 * The candidate with the highest score for the request's key. Exact shares, and the least possible
 * movement of keys, for a look at everybody on the first request of a key; winners are remembered
 * for the following ones. For large pools with many keys that come once, a ring or Maglev is cheaper.
 */
export class Rendezvous implements Policy {
  readonly division = "key";
  readonly #order = new RendezvousOrder();
  /** By the hash of the key. */
  readonly #memories = new Map<number, Memory>();
  #away = new Set<string>();

  update(candidates: readonly Candidate[]): void {
    this.#order.update(candidates);
    this.#away = new Set(candidates.map(({ id }) => id).filter((id) => this.#away.has(id)));
    this.#memories.clear();
  }

  pick({ key, random, allowed }: PickContext): Candidate | undefined {
    if (this.#order.isEmpty) return undefined;
    const hash = keyHash(key, random);
    const memory = this.#memories.get(hash) ?? this.#remember(hash);
    const { winner } = memory;
    if (winner !== undefined && allowed(winner)) return winner;
    memory.second ??= this.#bestBut(winner, hash);
    const { second } = memory;
    return second !== undefined && allowed(second) ? second : this.#order.best(hash, allowed);
  }

  setAvailable({ id }: Candidate, available: boolean): void {
    if (this.#away.has(id) !== available) return;
    if (available) this.#away.delete(id);
    else this.#away.add(id);
    this.#memories.clear();
  }

  #remember(hash: number): Memory {
    const memory: Memory = { winner: this.#bestBut(undefined, hash), second: undefined };
    for (const first of this.#memories.keys()) {
      if (this.#memories.size < REMEMBERED) break;
      this.#memories.delete(first);
    }
    this.#memories.set(hash, memory);
    return memory;
  }

  #bestBut(winner: Candidate | undefined, hash: number): Candidate | undefined {
    return this.#order.best(hash, (one) => one !== winner && !this.#away.has(one.id));
  }
}
