import type { Topology } from "../topology.ts";

/** An address that stands somewhere in a topology. */
export interface ClaimedAddress {
  readonly address: string;
  /** Where it stands. */
  readonly path: (string | number)[];
  /** How a message names that place. */
  readonly name: string;
}

/** Every address that a node has for its whole life, in the order of the manifest. */
export function claimedAddresses(topology: Topology): readonly ClaimedAddress[] {
  return topology.nodes.flatMap((node, index) => [
    { address: node.address, path: ["nodes", index, "address"], name: `node ${node.id}` },
    ...node.extraAddresses.map((cidr, extra) => ({
      address: cidr.split("/")[0] ?? "",
      path: ["nodes", index, "extraAddresses", extra],
      name: `node ${node.id}`,
    })),
  ]);
}
