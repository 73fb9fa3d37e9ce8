import type { Construct } from "constructs";
import { declaringApp } from "../cdk.ts";
import type { TopologyStack } from "../constructs/topology-stack.ts";
import type { Topology } from "../topology.ts";
import { ActiveActiveStack } from "./active-active.ts";
import { ActivePassiveStack } from "./active-passive.ts";
import { SingleStack } from "./single.ts";

/**
 * Every topology that can be deployed and drawn by its id. One of your own gets a line here.
 */
export const ALL_TOPOLOGIES: readonly (new (scope: Construct) => TopologyStack)[] = [
  ActivePassiveStack,
  ActiveActiveStack,
  SingleStack,
];

/**
 * The manifests of all of them. Leaves no files.
 *
 * @throws InvalidDocument with every problem of the first that is not valid
 */
export function allTopologies(): Topology[] {
  const app = declaringApp();
  return ALL_TOPOLOGIES.map((Stack) => new Stack(app).toTopology());
}
