import { leasePath, topologyFromLabels, type Topology } from "../../../stacks/topology.ts";
import { WrongUse } from "../../errors.ts";
import { LabError } from "../errors.ts";
import type { Engine } from "./engine.ts";
import { isHeld, readLease } from "./lease.ts";
import { topologyDifferences } from "./topology-differences.ts";

/**
 * The manifest of a deployed topology.
 *
 * @throws LabError that lists what is deployed when it is not; InvalidDocument, EngineError
 */
export async function deployedTopology(engine: Engine, topologyId: string): Promise<Topology> {
  const containers = await engine.containersOf(topologyId);
  if (containers.length > 0) return topologyFromLabels(containers);
  const known = (await engine.topologies()).join(", ") || "none";
  throw new LabError(
    `There are no containers of a topology "${topologyId}". Deployed are: ${known}`,
    [],
    `Deploy it: npm run deploy -- ${topologyId}`,
  );
}

/** @throws WrongUse that names every difference between what is deployed and what a scenario wants */
export function requireSame(deployed: Topology, wanted: Topology): void {
  const differences = topologyDifferences(deployed, wanted);
  if (differences.length === 0) return;
  throw new WrongUse(
    `The deployed topology ${deployed.id} is not the one of the scenario:\n${differences.map((line) => `  ${line}`).join("\n")}\n`,
    "Deploy what the scenario wants, or run it without --environment docker.",
  );
}

/**
 * Makes sure that these topologies are deployed as they are wanted, and that no faults are in force.
 *
 * @param topologyId of the deployed one; undefined: the ids of those that are wanted
 * @param root the project's folder
 * @throws WrongUse, LabError, InvalidDocument, EngineError
 */
export async function requireDeployed(
  engine: Engine,
  topologyId: string | undefined,
  wanted: readonly Topology[],
  root: string,
): Promise<void> {
  for (const topology of wanted) {
    const id = topologyId ?? topology.id;
    requireSame(await deployedTopology(engine, id), topology);
    const lease = await readLease(leasePath(root, id));
    if (lease !== null && !isHeld(lease)) {
      throw new LabError(
        `What was done to ${id} has not been undone`,
        [],
        `Heal it: npx evenkeel heal ${id}`,
      );
    }
  }
}
