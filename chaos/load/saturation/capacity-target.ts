import type { Topology } from "../../../stacks/topology.ts";
import { UnknownName } from "../../environment/errors.ts";
import { WrongUse } from "../../errors.ts";

/** The one balancer whose capacity is measured, and from where. */
export interface CapacityTarget {
  readonly client: string;
  readonly balancer: string;
  /** The balancer's own, even where clients use a floating one. */
  readonly address: string;
  readonly port: number;
}

/**
 * Where a saturation run sends to: the first HTTP listener of one balancer, from the first client.
 *
 * @param balancer id of a balancer; default: the first
 * @throws UnknownName, WrongUse when the topology has nothing to saturate or nobody to do it
 */
export function capacityTarget(topology: Topology, balancer?: string): CapacityTarget {
  const { id, nodes, listeners } = topology;
  const balancers = nodes.filter(({ role }) => role === "balancer");
  const client = nodes.find(({ role }) => role === "client");
  const wanted =
    balancer === undefined ? balancers[0] : balancers.find((node) => node.id === balancer);
  if (wanted === undefined && balancer !== undefined) {
    const known = balancers.map((node) => node.id);
    throw new UnknownName("balancer", balancer, known, `in topology ${id}`);
  }
  const listener = listeners.find(
    ({ group, protocol }) => group === wanted?.group && protocol === "http",
  );
  if (wanted === undefined || client === undefined || listener === undefined) {
    const lacking = [
      ...(wanted === undefined ? ["balancer"] : []),
      ...(client === undefined ? ["client"] : []),
      ...(listener === undefined ? ["HTTP listener"] : []),
    ];
    throw new WrongUse(
      `Topology ${id} has no ${lacking.join(" and no ")}, so nothing of it can be saturated`,
      "Name a topology with a client, a balancer and an HTTP listener; active-active is one.",
    );
  }
  return {
    client: client.id,
    balancer: wanted.id,
    address: wanted.address,
    port: listener.port,
  };
}
