import type { POLICY_NAMES } from "../config.ts";
import { LeastConnections } from "./least-connections.ts";
import type { Policy } from "./policy.ts";
import { RoundRobin } from "./round-robin.ts";

/** The name of a policy, as a configuration writes it. */
export type PolicyName = (typeof POLICY_NAMES)[number];

const POLICIES: Readonly<Record<PolicyName, () => Policy>> = {
  "round-robin": () => new RoundRobin(),
  "least-connections": () => new LeastConnections(),
};

/** Thrown when a policy is asked for that this version does not have. */
export class UnknownPolicy extends RangeError {
  readonly code = "unknown-policy";
  readonly side = "internal";
  readonly retryable = false;

  constructor(name: string) {
    super(
      `There is no selection policy "${name}". Use one of: ${Object.keys(POLICIES).join(", ")}.`,
    );
    this.name = "UnknownPolicy";
  }
}

/**
 * A new instance of a policy, without candidates.
 *
 * @throws UnknownPolicy that lists the known names
 */
export function createPolicy(name: string): Policy {
  if (!Object.hasOwn(POLICIES, name)) throw new UnknownPolicy(name);
  return POLICIES[name as PolicyName]();
}
