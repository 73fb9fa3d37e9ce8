import type { ConfigInput } from "../../balancer/index.ts";

type PolicyInput = NonNullable<ConfigInput["pools"][number]["policy"]>;

/**
 * How a pool's backends are picked: the balancer's selection policies. What a policy can be told
 * beside its name is said in the pool's `configuration`.
 */
export class Algorithm {
  readonly #policy: PolicyInput;

  private constructor(policy: PolicyInput) {
    this.#policy = policy;
  }

  /** In turns. */
  static roundRobin(): Algorithm {
    return new Algorithm("round-robin");
  }

  /** The backend with the fewest requests in flight. */
  static leastConnections(): Algorithm {
    return new Algorithm("least-connections");
  }

  /** As the balancer's configuration writes it. */
  toInput(): PolicyInput {
    return this.#policy;
  }
}
