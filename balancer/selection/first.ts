import type { Candidate, PickContext, Policy } from "./policy.ts";

/**
 * The first candidate in the order of the configuration that is allowed: the others are in reserve.
 * Weights do not matter.
 *
 * @see HAProxy, balance first
 */
export class First implements Policy {
  readonly division = "order";
  #candidates: readonly Candidate[] = [];
  #away = new Set<Candidate>();
  /** Nobody before it is available. */
  #from = 0;

  update(candidates: readonly Candidate[]): void {
    const away = new Set([...this.#away].map(({ id }) => id));
    this.#candidates = candidates;
    this.#away = new Set(candidates.filter(({ id }) => away.has(id)));
    this.#from = 0;
  }

  pick({ allowed }: PickContext): Candidate | undefined {
    const candidates = this.#candidates;
    while (this.#from < candidates.length && this.#away.has(candidates[this.#from]!)) {
      this.#from += 1;
    }
    for (let index = this.#from; index < candidates.length; index += 1) {
      const candidate = candidates[index]!;
      if (allowed(candidate)) return candidate;
    }
    return undefined;
  }

  setAvailable(candidate: Candidate, available: boolean): void {
    if (!available) this.#away.add(candidate);
    else if (this.#away.delete(candidate)) this.#from = 0;
  }
}
