import { DEFAULTS } from "../defaults.ts";
import { parseDuration } from "../units.ts";
import { BoundedLoads, type BoundedLoadsOptions } from "./bounded-loads.ts";
import { First } from "./first.ts";
import { Ketama } from "./ketama.ts";
import { LastResort } from "./last-resort.ts";
import type { LatencyOptions } from "./latency-estimate.ts";
import { LeastConnections } from "./least-connections.ts";
import { LeastResponseTime } from "./least-response-time.ts";
import { Maglev, type MaglevOptions } from "./maglev.ts";
import { PeakEwma } from "./peak-ewma.ts";
import type { Policy } from "./policy.ts";
import { PowerOfTwoChoicesEwma } from "./power-of-two-choices-ewma.ts";
import { PowerOfTwoChoices } from "./power-of-two-choices.ts";
import type { PolicyName } from "./policy-names.ts";
import { Random } from "./random.ts";
import { Rendezvous } from "./rendezvous.ts";
import { RingHash } from "./ring-hash.ts";
import { RoundRobin } from "./round-robin.ts";
import { SourceIpHash } from "./source-ip-hash.ts";
import { WeightedLeastConnections } from "./weighted-least-connections.ts";
import { WeightedRandom } from "./weighted-random.ts";
import { WeightedRoundRobin } from "./weighted-round-robin.ts";

/** What the policies can be told; each one reads what concerns it. */
export type PolicyOptions = LatencyOptions & BoundedLoadsOptions & MaglevOptions;

const POLICIES: Readonly<Record<PolicyName, (options: PolicyOptions) => Policy>> = {
  "round-robin": () => new RoundRobin(),
  "weighted-round-robin": () => new WeightedRoundRobin(),
  "least-connections": () => new LeastConnections(),
  "weighted-least-connections": () => new WeightedLeastConnections(),
  "least-response-time": (options) => new LeastResponseTime(options),
  "peak-ewma": (options) => new PeakEwma(options),
  random: () => new Random(),
  "weighted-random": () => new WeightedRandom(),
  "power-of-two-choices": () => new PowerOfTwoChoices(),
  "power-of-two-choices-ewma": (options) => new PowerOfTwoChoicesEwma(options),
  "source-ip-hash": () => new SourceIpHash(),
  "ring-hash": (options) => new RingHash(options),
  "bounded-loads": (options) => new BoundedLoads(options),
  ketama: () => new Ketama(),
  maglev: (options) => new Maglev(options),
  rendezvous: () => new Rendezvous(),
  first: () => new First(),
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

/** What the policies are told when nobody says otherwise. */
function defaultOptions(): PolicyOptions {
  const { hashing, latency } = DEFAULTS;
  return {
    virtualNodes: hashing.virtualNodes,
    tableSize: hashing.tableSize,
    boundedLoad: hashing.boundedLoad,
    decayMs: parseDuration(latency.decay) ?? 0,
    failureMs: parseDuration(latency.failure) ?? 0,
  };
}

/**
 * A new instance of a policy, without candidates.
 *
 * @throws UnknownPolicy that lists the known names
 */
export function createPolicy(name: string, options: Partial<PolicyOptions> = {}): Policy {
  if (!Object.hasOwn(POLICIES, name)) throw new UnknownPolicy(name);
  const complete = { ...defaultOptions(), ...options };
  return new LastResort(() => POLICIES[name as PolicyName](complete));
}
