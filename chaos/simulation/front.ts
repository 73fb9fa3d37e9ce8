import type { Candidate, PickContext, Policy } from "../../balancer/index.ts";
import type { Model } from "./model.ts";

/** A backend as one balancer sees it. */
interface Seen extends Candidate {
  readonly index: number;
  inFlight: number;
}

/** No backend was allowed. */
export const NOBODY = -1;

/** One balancer: the policy, and what it knows of the backends. */
export class Front {
  readonly #policy: Policy;
  readonly #seen: readonly Seen[];
  readonly #allowed: Uint8Array;
  readonly #context: { -readonly [K in keyof PickContext]: PickContext[K] };

  constructor(model: Model, policy: Policy, random: () => number) {
    this.#policy = policy;
    this.#seen = model.backends
      .flatMap(({ count, weight }) => Array.from({ length: count }, () => weight))
      .map((weight, index) => ({ id: `backend-${index}`, index, weight, inFlight: 0 }));
    this.#allowed = new Uint8Array(this.#seen.length).fill(1);
    this.#context = {
      now: 0,
      random,
      allowed: (candidate) => this.#allowed[(candidate as Seen).index] === 1,
      key: undefined,
    };
    this.#policy.update(this.#seen);
    // Before the first request there is time to build a table.
    while (this.#policy.advance?.() === true);
  }

  /** Index of the backend for one request, or `NOBODY`. */
  pick(now: number, key: string): number {
    this.#context.now = now;
    this.#context.key = key;
    // The policy was given what we see, so what it yields is one of them.
    return (this.#policy.pick(this.#context) as Seen | undefined)?.index ?? NOBODY;
  }

  /** The balancer knows of one more request on a backend. */
  started(backend: number, now: number): void {
    const seen = this.#at(backend);
    seen.inFlight += 1;
    this.#policy.started?.(seen, now);
  }

  /** A backend has answered this balancer, or failed to. */
  observed(
    backend: number,
    result: "answered" | "failed" | "abandoned",
    latencyMs: number,
    now: number,
  ): void {
    this.#policy.observed?.(this.#at(backend), result, latencyMs, now);
  }

  /** The balancer knows that one request on a backend is over. */
  ended(backend: number, now: number): void {
    const seen = this.#at(backend);
    seen.inFlight -= 1;
    this.#policy.ended?.(seen, now);
  }

  /** Whether a backend may be picked, as its health checks would say. */
  allow(backend: number, allowed: boolean): void {
    this.#allowed[backend] = allowed ? 1 : 0;
    this.#policy.setAvailable?.(this.#at(backend), allowed);
  }

  #at(backend: number): Seen {
    // One of those that the policy picked from.
    return this.#seen[backend] as Seen;
  }
}
