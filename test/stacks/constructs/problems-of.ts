import { InvalidDocument } from "../../../balancer/index.ts";
import type { Problem } from "../../../balancer/index.ts";
import type { TopologyStack } from "../../../stacks/constructs/topology-stack.ts";

/** What is told of a stack when its topology is declared; empty when nothing is wrong. */
export function problemsOf(stack: TopologyStack): readonly Problem[] {
  try {
    stack.toTopology();
    return [];
  } catch (error) {
    if (error instanceof InvalidDocument) return error.problems;
    throw error;
  }
}
