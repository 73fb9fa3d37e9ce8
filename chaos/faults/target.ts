import { nodeOf, type Topology } from "../../stacks/topology.ts";
import type { Deployment } from "../environment/environment.ts";
import { FaultError } from "./fault.ts";

/** Which node a fault acts on: a fixed one, or whoever plays a part at that moment. */
export interface Target {
  /** For titles: `node app-1`, `the node that holds the floating address`. */
  readonly title: string;
  /** @throws RangeError that lists what there is */
  check(topology: Topology): void;
  /** The node's id now. @throws FaultError when nobody plays the part */
  find(deployment: Deployment): string;
  /** Ids of all nodes that it may turn out to be, the likeliest first. */
  candidates(topology: Topology): readonly string[];
}

/** The node of that id. */
export function node(id: string): Target {
  return {
    title: `node ${id}`,
    check: (topology) => void nodeOf(topology, id),
    find: () => id,
    candidates: () => [id],
  };
}

/** The balancer that holds the address which clients use, at the moment of the fault. */
export const addressOwner: Target = {
  title: "the balancer that holds the address",
  check: (topology) => {
    if (topology.virtualAddress !== undefined || fixedOwner(topology) !== undefined) return;
    throw new FaultError(
      `No balancer of topology ${topology.id} holds an address that moves`,
      "Give it one (`BalancerPair` with `virtualIp`), or name a node.",
    );
  },
  find: (deployment) => {
    const owner = ownerOfAddress(deployment);
    if (owner !== null) return owner;
    throw new FaultError(
      `Nobody holds the floating address ${deployment.topology.virtualAddress?.address ?? "(none)"}`,
      "Look at the balancers' keepalived logs in the run folder.",
    );
  },
  candidates: (topology) =>
    topology.virtualAddress?.owners.map((owner) => owner.node) ??
    [fixedOwner(topology) ?? []].flat(),
};

/**
 * Who holds the floating address, by what the nodes saw on their interfaces; without a floating
 * one, the balancer that is alone or has a fixed further address. Null when nobody does.
 */
export function ownerOfAddress(deployment: Deployment): string | null {
  const { topology } = deployment;
  if (topology.virtualAddress === undefined) return fixedOwner(topology) ?? null;
  return holdersOfAddress(deployment).at(-1) ?? null;
}

/**
 * Every node that has told that it has the floating address, and not that it lost it, whoever got it last
 * at the end. More than one: a node that died silently, or two masters.
 */
export function holdersOfAddress(deployment: Deployment): readonly string[] {
  const address = deployment.topology.virtualAddress?.address;
  const holders = new Set<string>();
  for (const event of deployment.events()) {
    // A node that died silently and was started again has nothing yet.
    if (event.type === "process.started" && event.data["name"] === "keepalived") {
      holders.delete(event.node);
    }
    if (event.data["address"] !== address) continue;
    // A node that died silently has told nothing: whoever got the address last has it.
    if (event.type === "address.added" || event.type === "address.removed") {
      holders.delete(event.node);
    }
    if (event.type === "address.added") holders.add(event.node);
  }
  return [...holders];
}

/** The MAC address that clients have for the floating address, by their neighbour tables. */
export function macOfAddress(deployment: Deployment): string | null {
  const address = deployment.topology.virtualAddress?.address;
  const told = deployment
    .events()
    .findLast(
      ({ type, data }) =>
        type === "neighbour.changed" &&
        data["address"] === address &&
        typeof data["mac"] === "string",
    );
  return typeof told?.data["mac"] === "string" ? told.data["mac"] : null;
}

/** A balancer that is alone has the address that clients use, though no further one. */
function fixedOwner(topology: Topology): string | undefined {
  const balancers = topology.nodes.filter(({ role }) => role === "balancer");
  if (balancers.length === 1) return balancers[0]?.id;
  return balancers.find(({ extraAddresses }) => extraAddresses.length > 0)?.id;
}
