import type { Topology } from "../../../stacks/topology.ts";
import { differencesBetween } from "../../differences.ts";

/**
 * Where a deployed topology is not what a scenario wants, one line each: `nodes.lb-a.address: deployed
 * "198.18.7.11", wanted "198.18.8.11"`. Its id may be another. Empty when they are the same.
 */
export function topologyDifferences(deployed: Topology, wanted: Topology): readonly string[] {
  return differencesBetween({ ...deployed, id: "" }, { ...wanted, id: "" }, ["deployed", "wanted"]);
}
