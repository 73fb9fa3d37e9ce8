import type { PoolConfig } from "../config.ts";
import type { Candidate, Policy } from "../selection/policy.ts";
import { Backend } from "./backend.ts";

/** Backends that can serve the same request, and the policy that orders them. */
export class Pool {
  readonly id: string;
  readonly config: PoolConfig;
  readonly backends: readonly Backend[];
  readonly #policy: Policy;
  readonly #random: () => number;
  readonly #allowed: (candidate: Candidate) => boolean;
  #excluded: ReadonlySet<string> | null = null;

  /** @param random uniform in [0, 1) */
  constructor(config: PoolConfig, policy: Policy, random: () => number) {
    this.id = config.id;
    this.config = config;
    const start = config.healthCheck?.initialState;
    this.backends = config.backends.map(
      (backend) =>
        new Backend(
          backend,
          start === "pending" ? "pending" : start === "down" ? "unhealthy" : "healthy",
        ),
    );
    this.#policy = policy;
    this.#random = random;
    // The policy was given our backends, so whom it asks about is one of them.
    this.#allowed = (candidate) =>
      (candidate as Backend).pickable && this.#excluded?.has(candidate.id) !== true;
    policy.update(this.backends);
  }

  /**
   * The backend for one request, or undefined when none may take it.
   *
   * @param now monotonic milliseconds
   * @param excluded ids already tried for this request; null for none
   */
  pick(now: number, excluded: ReadonlySet<string> | null = null): Backend | undefined {
    this.#excluded = excluded;
    // The policy was given our backends, so what it yields is one of them.
    return this.#policy.pick({ now, random: this.#random, allowed: this.#allowed }) as
      | Backend
      | undefined;
  }

  /** Whether at least one backend may take a request. */
  get available(): boolean {
    return this.backends.some((backend) => backend.pickable);
  }
}
