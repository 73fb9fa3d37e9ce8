import {
  createPolicy,
  InvalidDocument,
  parseConfig,
  POLICY_NAMES,
  type Policy,
  type PolicyName,
  type PolicyOptions,
} from "../../balancer/index.ts";
import { WrongUse } from "../errors.ts";
import { didYouMean } from "../nearest-names.ts";

/** A policy as it is written: its name, and options behind colons: `bounded-loads:boundedLoad=1.5`. */
export type PolicySpec = PolicyName | `${PolicyName}:${string}`;

/** Where each option stands in the configuration of a pool. */
const SECTIONS = {
  boundedLoad: "hashing",
  virtualNodes: "hashing",
  tableSize: "hashing",
  decay: "latency",
  failure: "latency",
} as const;

type Option = keyof typeof SECTIONS;

/**
 * What makes the policy of a specification, new with each call. Options have the names, ranges and
 * defaults that they have in the balancer's configuration.
 *
 * @throws WrongUse when the name or an option is unknown, or a value out of range; it lists the known ones
 */
export function policyMaker(spec: string): () => Policy {
  const [name = "", ...assignments] = spec.split(":");
  if (!(POLICY_NAMES as readonly string[]).includes(name)) {
    throw new WrongUse(
      `There is no selection policy "${name}"`,
      `${didYouMean(name, POLICY_NAMES)}Use one of: ${POLICY_NAMES.join(", ")}.`,
    );
  }
  const options = optionsOf(spec, name, assignments);
  return () => createPolicy(name, options);
}

function optionsOf(spec: string, policy: string, assignments: readonly string[]): PolicyOptions {
  const sections: Record<"hashing" | "latency", Record<string, unknown>> = {
    hashing: {},
    latency: {},
  };
  for (const assignment of assignments) {
    const [option = "", text = ""] = assignment.split("=", 2);
    if (!Object.hasOwn(SECTIONS, option)) {
      throw new WrongUse(
        `The policy "${spec}" names an option "${option}" that there is not`,
        `Write option=value with one of: ${Object.keys(SECTIONS).join(", ")}.`,
      );
    }
    const section = SECTIONS[option as Option];
    // Durations are texts there too; an empty text is no number.
    sections[section][option] = section === "latency" || text === "" ? text : Number(text);
  }
  const { hashing, latency } = poolOf(spec, { policy, ...sections });
  return {
    boundedLoad: hashing.boundedLoad,
    virtualNodes: hashing.virtualNodes,
    tableSize: hashing.tableSize,
    decayMs: latency.decay,
    failureMs: latency.failure,
  };
}

/** The pool as the balancer would read it. */
function poolOf(spec: string, fields: object) {
  try {
    const { pools } = parseConfig({
      listeners: [{ id: "any", protocol: "http", port: 80, pool: "any" }],
      pools: [{ id: "any", backends: [{ id: "any", address: "127.0.0.1", port: 80 }], ...fields }],
    });
    // One went in.
    return pools[0]!;
  } catch (error) {
    if (!(error instanceof InvalidDocument)) throw error;
    const wrong = error.problems.map(
      ({ path, value, message, next }) =>
        `${path.replace(/^pools\[0\]\.\w+\./, "")}: ${message} (found ${value}). ${next}`,
    );
    throw new WrongUse(`The policy "${spec}" cannot be made`, wrong.join(" "));
  }
}
