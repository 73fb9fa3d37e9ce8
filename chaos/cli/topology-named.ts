import { allTopologies } from "../../stacks/topologies/all-topologies.ts";
import type { Topology } from "../../stacks/topology.ts";
import { UnknownName } from "../environment/errors.ts";
import { loadScenario, scenarioIds } from "./scenario-catalogue.ts";

/**
 * The topology of that id, or that of the scenario of that id.
 *
 * @throws UnknownName that lists both
 */
export async function topologyNamed(name: string): Promise<Topology> {
  const topologies = allTopologies();
  const found = topologies.find(({ id }) => id === name);
  if (found !== undefined) return found;
  if (scenarioIds().includes(name)) return (await loadScenario(name)).topology;
  throw new UnknownName("topology or scenario", name, [
    ...topologies.map(({ id }) => id),
    ...scenarioIds(),
  ]);
}
