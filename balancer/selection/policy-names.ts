/** The selection policies of this version, as a configuration writes them. */
export const POLICY_NAMES = [
  "round-robin",
  "weighted-round-robin",
  "least-connections",
  "weighted-least-connections",
  "least-response-time",
  "peak-ewma",
  "random",
  "weighted-random",
  "power-of-two-choices",
  "power-of-two-choices-ewma",
  "source-ip-hash",
  "ring-hash",
  "bounded-loads",
  "ketama",
  "maglev",
  "rendezvous",
  "first",
] as const;

/** The name of a policy, as a configuration writes it. */
export type PolicyName = (typeof POLICY_NAMES)[number];
