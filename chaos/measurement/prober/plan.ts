import { PROBE_PROTOCOL, type ProbePlan } from "../probe.ts";
import { problemsOf } from "./plan-problems.ts";

/** What one line of standard input asks for. */
export type Input =
  | { readonly kind: "plan"; readonly plan: ProbePlan }
  | { readonly kind: "stop" }
  | { readonly kind: "account-anew" }
  | { readonly kind: "refused"; readonly reason: string };

/**
 * Reads one line. Nothing is thrown: what cannot be understood is refused with the reasons and the next
 * steps, all at once.
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
  const problems = problemsOf(value);
  return problems.length === 0
    ? { kind: "plan", plan: value as ProbePlan }
    : refused(problems.join(" "));
}

function refused(reason: string): Input {
  return { kind: "refused", reason };
}
