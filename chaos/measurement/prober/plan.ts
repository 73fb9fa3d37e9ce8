import { isIP } from "node:net";
import { PROBE_PROTOCOL, type ProbePlan } from "../probe.ts";

/** What one line of standard input asks for. */
export type Input =
  | { readonly kind: "plan"; readonly plan: ProbePlan }
  | { readonly kind: "stop" }
  | { readonly kind: "account-anew" }
  | { readonly kind: "refused"; readonly reason: string };

/**
 * Reads one line. By hand, because loading a schema library would double the prober's start-up.
 * Nothing is thrown: what cannot be understood is refused with the reason and the next step.
 */
export function readInput(line: string): Input {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return refused("the line is not JSON. Write one JSON value a line.");
  }
  if (typeof value !== "object" || value === null) {
    return refused("the line is not an object. Write a plan, or a command.");
  }
  if ("command" in value) {
    const { command } = value;
    if (command === "stop" || command === "account-anew") return { kind: command };
    return refused(`unknown command ${JSON.stringify(command)}. Use "stop" or "account-anew".`);
  }
  const protocol = "protocol" in value ? value.protocol : undefined;
  if (protocol !== PROBE_PROTOCOL) {
    return refused(
      `the plan speaks ${JSON.stringify(protocol)}, this prober ${PROBE_PROTOCOL}. Start runner and prober from the same version.`,
    );
  }
  const plan = value as ProbePlan;
  const problem = problemOf(plan);
  return problem === undefined ? { kind: "plan", plan } : refused(problem);
}

function refused(reason: string): Input {
  return { kind: "refused", reason };
}

const POSITIVE = ["ratePerSecond", "connectTimeoutMs", "totalTimeoutMs", "maxDurationMs"] as const;

/** RFC 9110 §5.6.2: token. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** A request target in origin form, without blanks and controls. */
const TARGET = /^\/[\x21-\x7e]*$/;
/** Visible ASCII and inner blanks. */
const VALUE = /^[\x20-\x7e]*$/;

function problemOf(plan: ProbePlan): string | undefined {
  for (const name of POSITIVE) {
    const value: unknown = plan[name];
    if (typeof value !== "number" || !Number.isFinite(value) || value <= 0) {
      return `${name} is ${JSON.stringify(value)}. Use a number above 0.`;
    }
  }
  if (!Array.isArray(plan.addresses) || plan.addresses.length === 0) {
    return `addresses is ${JSON.stringify(plan.addresses)}. Name at least one IP address.`;
  }
  for (const address of plan.addresses as readonly unknown[]) {
    if (typeof address !== "string" || isIP(address) === 0) {
      return `addresses has ${JSON.stringify(address)}. Use an IP address: a name would put the resolver into the measurement.`;
    }
  }
  if (!Number.isInteger(plan.port) || plan.port < 1 || plan.port > 65_535) {
    return `port is ${JSON.stringify(plan.port)}. Use 1 to 65535.`;
  }
  if (!Number.isInteger(plan.trial) || plan.trial < 0) {
    return `trial is ${JSON.stringify(plan.trial)}. Use 0 or more.`;
  }
  if (typeof plan.path !== "string" || !TARGET.test(plan.path)) {
    return `path is ${JSON.stringify(plan.path)}. Start it with "/" and percent-encode blanks.`;
  }
  if (typeof plan.run !== "string" || !VALUE.test(plan.run)) {
    return `run is ${JSON.stringify(plan.run)}. Use printable ASCII.`;
  }
  if (!Array.isArray(plan.expectNodes)) return "expectNodes is not a list. Use [] for any node.";
  if (typeof plan.headers !== "object" || plan.headers === null) {
    return "headers is not an object. Use {} for none.";
  }
  for (const [name, value] of Object.entries(plan.headers)) {
    if (!TOKEN.test(name) || typeof value !== "string" || !VALUE.test(value)) {
      return `header ${JSON.stringify(name)} cannot be sent. Use a token as name and printable ASCII as value.`;
    }
  }
  return undefined;
}
