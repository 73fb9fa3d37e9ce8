import {
  createPolicy,
  DEFAULTS,
  InvalidDocument,
  parseConfig,
  POLICY_NAMES,
  type Policy,
  type PolicyName,
  type PolicyOptions,
} from "../../balancer/index.ts";
import { WrongUse } from "../errors.ts";
import { didYouMean } from "../nearest-names.ts";
import type { Model } from "./model.ts";

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

type Backends = Pick<Model, "backends">;

/** For a specification that is read before there is a model. */
const ONE_BACKEND: Backends = {
  backends: [{ count: 1, workers: 1, queue: "unlimited", speed: 1, weight: 1 }],
};

/**
 * What makes the policy of a specification, new with each call. Options have the names, ranges and
 * defaults that they have in the balancer's configuration.
 *
 * @param model whose backends the policy will choose from. @default one backend
 * @throws WrongUse when the name or an option is unknown, with the known ones, a value is out of range, or
 *   a Maglev table too small for the backends, with the least size
 */
export function policyMaker(spec: string, model: Backends = ONE_BACKEND): () => Policy {
  const [name = "", ...assignments] = spec.split(":");
  if (!(POLICY_NAMES as readonly string[]).includes(name)) {
    throw new WrongUse(
      `There is no selection policy "${name}"`,
      `${didYouMean(name, POLICY_NAMES)}Use one of: ${POLICY_NAMES.join(", ")}.`,
    );
  }
  const options = optionsOf(spec, name, assignments, model);
  return () => createPolicy(name, options);
}

function optionsOf(
  spec: string,
  policy: string,
  assignments: readonly string[],
  model: Backends,
): PolicyOptions {
  const sections: Record<"hashing" | "latency", Record<string, unknown>> = {
    // A default that is too small is told too.
    hashing: { tableSize: DEFAULTS.hashing.tableSize },
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
  const { hashing, latency } = poolOf(spec, model, { policy, ...sections });
  return {
    boundedLoad: hashing.boundedLoad,
    virtualNodes: hashing.virtualNodes,
    tableSize: hashing.tableSize,
    decayMs: latency.decay,
    failureMs: latency.failure,
  };
}

/** The pool as the balancer would read it. */
function poolOf(spec: string, model: Backends, fields: { readonly policy: string }) {
  // To nothing else it matters how many there are, and thousands take a while to read.
  const { backends } = fields.policy === "maglev" ? model : ONE_BACKEND;
  const weights = backends.flatMap(({ count, weight }) => Array<number>(count).fill(weight));
  try {
    const { pools } = parseConfig({
      listeners: [{ id: "any", protocol: "http", port: 80, pool: "any" }],
      pools: [
        {
          id: "any",
          backends: weights.map((weight, index) => ({
            id: `any-${index}`,
            address: "127.0.0.1",
            port: 80,
            weight,
          })),
          ...fields,
        },
      ],
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
