import {
  createPolicy,
  POLICY_NAMES,
  type Policy,
  type PolicyName,
  type PolicyOptions,
} from "../../balancer/index.ts";
import { WrongUse } from "../errors.ts";

/** A policy as it is written: its name, and options behind colons: `bounded-loads:boundedLoad=1.5`. */
export type PolicySpec = PolicyName | `${PolicyName}:${string}`;

/** Ranges of the options: what the balancer's own configuration would accept. */
const OPTIONS = {
  /** Bound of a backend's load as a multiple of its fair share. */
  boundedLoad: { least: 1.01, most: 10, whole: false },
  virtualNodes: { least: 1, most: 10_000, whole: true },
  tableSize: { least: 3, most: 5_000_011, whole: true },
  decayMs: { least: 1, most: 3_600_000, whole: false },
  failureMs: { least: 1, most: 3_600_000, whole: false },
} as const satisfies Readonly<
  Record<keyof PolicyOptions, { least: number; most: number; whole: boolean }>
>;

/**
 * What makes the policy of a specification, new with each call.
 *
 * @throws WrongUse when the name or an option is unknown, or a value out of range; it lists the known ones
 */
export function policyMaker(spec: string): () => Policy {
  const [name = "", ...assignments] = spec.split(":");
  if (!(POLICY_NAMES as readonly string[]).includes(name)) {
    throw new WrongUse(
      `There is no selection policy "${name}"`,
      `Use one of: ${POLICY_NAMES.join(", ")}.`,
    );
  }
  const options: Partial<PolicyOptions> = Object.fromEntries(
    assignments.map((one) => optionOf(spec, one)),
  );
  return () => createPolicy(name, options);
}

function optionOf(spec: string, assignment: string): [string, number] {
  const [option = "", text = ""] = assignment.split("=", 2);
  if (!Object.hasOwn(OPTIONS, option)) {
    throw new WrongUse(
      `The policy "${spec}" names an option "${option}" that there is not`,
      `Write option=value with one of: ${Object.keys(OPTIONS).join(", ")}.`,
    );
  }
  const { least, most, whole } = OPTIONS[option as keyof typeof OPTIONS];
  const value = Number(text);
  if (text === "" || !(value >= least && value <= most) || (whole && !Number.isInteger(value))) {
    throw new WrongUse(
      `The policy "${spec}" has ${option} "${text}"`,
      `Use a ${whole ? "whole " : ""}number from ${least} to ${most}.`,
    );
  }
  return [option, value];
}
