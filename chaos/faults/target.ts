import { nodeOf, type Topology } from "../../stacks/topology.ts";
import type { Deployment } from "../environment/environment.ts";
import { FaultError } from "./fault.ts";

/** Which node a fault acts on: a fixed one, or whoever plays a part at that moment. */
export interface Target {
  /** For titles: `node app-1`, `the node that holds the floating address`. */
  readonly title: string;
  /** The node's id when it is always the same one. */
  readonly fixedId: string | null;
  /** @throws RangeError that lists what there is */
  check(topology: Topology): void;
  /** The node's id now. @throws FaultError when nobody plays the part */
  find(deployment: Deployment): string;
}

/** The node of that id. */
export function node(id: string): Target {
  return {
    title: `node ${id}`,
    fixedId: id,
    check: (topology) => void nodeOf(topology, id),
    find: () => id,
  };
}

/** The node that holds the floating address at the moment of the fault. */
export const addressOwner: Target = {
  title: "the node that holds the floating address",
  fixedId: null,
  check: (topology) => {
    if (topology.virtualAddress !== undefined) return;
    throw new FaultError(
      `Topology ${topology.id} has no floating address`,
      "Give it one (`BalancerPair` with `virtualIp`), or name a node.",
    );
  },
  find: (deployment) => ownerOfAddress(deployment),
};

/**
 * Who holds the floating address, by what the nodes saw on their interfaces; with a fixed address,
 * the node that has it for good.
 *
 * @throws FaultError when nobody does
 */
export function ownerOfAddress(deployment: Deployment): string {
  const { topology } = deployment;
  const address = topology.virtualAddress?.address;
  const holders = new Set<string>();
  for (const event of deployment.events()) {
    if (event.data["address"] !== address) continue;
    if (event.type === "address.added") holders.add(event.node);
    if (event.type === "address.removed") holders.delete(event.node);
  }
  const [holder] = [...holders].toReversed();
  if (holder !== undefined) return holder;
  const fixed = topology.nodes.find((candidate) =>
    candidate.extraAddresses.some((extra) => extra.split("/")[0] === address),
  );
  if (fixed !== undefined) return fixed.id;
  throw new FaultError(
    `Nobody holds the floating address ${address ?? "(none)"}`,
    "Look at the balancers' keepalived logs in the run folder.",
  );
}
