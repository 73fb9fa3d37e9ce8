import { nodeOf, type Topology, type TopologyNode } from "../../../stacks/topology.ts";
import { UnknownName } from "../../environment/errors.ts";
import { FaultError } from "../fault.ts";

/** The balancer of a node, as operators know it. */
export interface OperatedBalancer {
  /** Its admin API, reached from inside the node. */
  readonly socket: string;
  /** The configuration that it is started with, as it was written. */
  readonly document: BalancerDocument;
}

/** What is read of a configuration; there is more in it. */
export interface BalancerDocument {
  readonly admin: { readonly socket: string };
  readonly pools: readonly {
    readonly id: string;
    readonly backends: readonly { readonly id: string }[];
  }[];
}

/**
 * The balancer of a node, by the configuration file that it is given.
 *
 * @throws UnknownName without such a node, FaultError when it has no balancer with an admin socket
 */
export function balancerOf(topology: Topology, nodeId: string): OperatedBalancer {
  const balancer = tryBalancerOf(nodeOf(topology, nodeId));
  if (balancer !== undefined) return balancer;
  throw new FaultError(
    `Node ${nodeId} runs no balancer whose admin API is a unix socket`,
    "Use a balancer of a `BalancerPair` or a `BalancerFleet`.",
  );
}

/** The same, undefined when there is none. */
export function tryBalancerOf({ processes, files }: TopologyNode): OperatedBalancer | undefined {
  for (const { argv } of processes) {
    const file = files.find(({ path }) => argv.includes(path));
    if (argv[0] !== "evenkeel-balancer" || file?.kind !== "file") continue;
    const document = JSON.parse(file.content) as Partial<BalancerDocument>;
    const socket = document.admin?.socket;
    if (socket === undefined) return undefined;
    return { socket, document: document as BalancerDocument };
  }
  return undefined;
}

/** @throws UnknownName that lists what there is */
export function checkBackend(
  { document }: OperatedBalancer,
  poolId: string,
  backendId: string,
): void {
  const { pools } = document;
  const pool = pools.find(({ id }) => id === poolId);
  if (pool === undefined)
    throw new UnknownName(
      "pool",
      poolId,
      pools.map(({ id }) => id),
    );
  const known = pool.backends.map(({ id }) => id);
  if (!known.includes(backendId)) {
    throw new UnknownName("backend", backendId, known, `in pool ${poolId}`);
  }
}
