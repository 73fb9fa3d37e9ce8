import type { Topology, TopologyNode } from "../../../stacks/topology.ts";
import { ToxicsClient } from "../../faults/toxics/toxics-client.ts";
import { undoInNodes } from "../../faults/undo-in-nodes.ts";
import type { NodeOutputs } from "../node-outputs.ts";
import type { DockerNode } from "./docker-node.ts";

/** Toxiproxy's API port. */
const API_PORT = 8474;

/**
 * Brings a topology back to how it was deployed: every node runs, is connected and has all of its
 * processes, which behave and are configured as when they were started, links carry what they are given,
 * and the floating address is with its preferred owner. It
 * looks at what is there and needs to know nothing of what was done, so it also undoes what a runner
 * left behind that died.
 *
 * @throws LabError, EngineError with what could not be brought back
 */
export async function bringBack(
  topology: Topology,
  nodes: readonly DockerNode[],
  outputs: NodeOutputs,
): Promise<void> {
  const bringing = nodes.map((node) => node.bringBack());
  // When one fails, the others are not left half-way: whoever hears of it lets go of all of them.
  await Promise.allSettled(bringing);
  await Promise.all(bringing);
  await removeToxics(topology, nodes);
  // Every node of the topology is one of these.
  await undoInNodes(topology, (id) => nodes.find((node) => node.id === id) as DockerNode);
  const bornNs = (id: string): bigint => nodes.find((node) => node.id === id)?.bornNs ?? 0n;
  await outputs.elected(bornNs);
  const [preferred] = topology.virtualAddress?.owners ?? [];
  const master = outputs.stream.all().findLast(({ type }) => type === "vrrp.master")?.node;
  if (preferred === undefined || master === undefined || master === preferred.node) return;
  // Whoever has the address keeps it until it ends.
  const owner = nodes.find(({ id }) => id === master);
  await owner?.kill();
  await owner?.start();
  await outputs.elected(bornNs);
}

async function removeToxics(topology: Topology, nodes: readonly DockerNode[]): Promise<void> {
  const byRole = (role: TopologyNode["role"]) =>
    topology.nodes.filter((node) => node.role === role);
  const [driver] = byRole("client");
  const client = nodes.find(({ id }) => id === driver?.id);
  if (client === undefined) return;
  for (const { address } of byRole("fault-proxy")) {
    await using toxics = await ToxicsClient.start(client, `http://${address}:${API_PORT}`);
    await toxics.ask({ kind: "remove-all" });
  }
}
