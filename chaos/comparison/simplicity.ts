import { POLICY_NAMES, type PolicyName } from "../../balancer/index.ts";

/**
 * The order of simplicity: a policy is the simpler, the less it must know to pick. What it does not
 * know can be neither wrong, nor stale, nor different on two balancers. Of those that know the same,
 * the earlier in this list is the simpler one.
 */
const LEVELS = [
  { knows: "nothing of the backends", policies: ["round-robin", "random", "first"] },
  { knows: "weights that somebody sets", policies: ["weighted-round-robin", "weighted-random"] },
  {
    knows: "what is in flight",
    policies: ["power-of-two-choices", "least-connections", "weighted-least-connections"],
  },
  {
    knows: "a key of each request",
    policies: ["source-ip-hash", "ring-hash", "ketama", "maglev", "rendezvous"],
  },
  { knows: "a key of each request, and what is in flight", policies: ["bounded-loads"] },
  {
    knows: "how long answers take, and what is in flight",
    policies: ["power-of-two-choices-ewma", "least-response-time", "peak-ewma"],
  },
] as const satisfies readonly { knows: string; policies: readonly PolicyName[] }[];

const ORDER: readonly { readonly name: PolicyName; readonly knows: string }[] = LEVELS.flatMap(
  ({ knows, policies }) => policies.map((name) => ({ name, knows })),
);

/** Where a policy stands in the order of simplicity, and what it must know. */
export interface Simplicity {
  /** 0 is the simplest of all. */
  readonly place: number;
  readonly knows: string;
}

/**
 * How simple a policy is; one with options counts as its name does.
 *
 * @param spec a name, perhaps with options behind colons
 */
export function simplicityOf(spec: string): Simplicity {
  const name = spec.split(":", 1)[0];
  const place = ORDER.findIndex((policy) => policy.name === name);
  return { place: place < 0 ? POLICY_NAMES.length : place, knows: ORDER[place]?.knows ?? "" };
}

/** The simplest of several, the first of equals; undefined of none. */
export function simplestOf(specs: readonly string[]): string | undefined {
  return specs.toSorted((one, other) => simplicityOf(one).place - simplicityOf(other).place)[0];
}
