import { isDeepStrictEqual } from "node:util";
import type { Topology, TopologyNode } from "../../stacks/topology.ts";
import type { RunningNode } from "../environment/environment.ts";
import { tryApplicationOf } from "./behaviour/application-of.ts";
import { CallClient, type Call, type Called } from "./call/call-client.ts";
import { accepted } from "./call/callers.ts";
import { tryBalancerOf } from "./operation/balancer-of.ts";

type Send = (call: Omit<Call, "to">) => Promise<Called>;

/**
 * Undoes whatever was told to programs that run: applications behave well, and balancers have the
 * configuration that they were started with and every backend enabled. It looks at what is there and
 * needs to know nothing of what was done.
 *
 * @throws FaultError with what did not follow
 */
export async function undoInNodes(
  topology: Topology,
  nodeOf: (id: string) => RunningNode,
): Promise<void> {
  await Promise.all(topology.nodes.map((node) => undoIn(node, nodeOf)));
}

async function undoIn(spec: TopologyNode, nodeOf: (id: string) => RunningNode): Promise<void> {
  const [application, balancer] = [tryApplicationOf(spec), tryBalancerOf(spec)];
  const socket = application?.socket ?? balancer?.socket;
  if (socket === undefined) return;
  await using client = await CallClient.start(nodeOf(spec.id));
  const send: Send = async (call) =>
    accepted(
      await client.call({ to: { socket }, ...call }),
      `node ${spec.id}: ${call.method ?? "GET"} ${call.path}`,
    );
  if (application !== undefined) await send({ method: "DELETE", path: "/behaviour" });
  else await resetBalancer(send, balancer?.document);
}

async function resetBalancer(send: Send, document: unknown): Promise<void> {
  const { body } = await send({ path: "/config/source" });
  if (!isDeepStrictEqual(JSON.parse(body), document)) {
    await send({ method: "POST", path: "/config", body: document });
  }
  for (const { pool, backend } of await notEnabled(send)) {
    await send({ method: "POST", path: `/pools/${pool}/backends/${backend}/enable` });
  }
}

async function notEnabled(
  send: Send,
): Promise<readonly { readonly pool: string; readonly backend: string }[]> {
  const { pools } = JSON.parse((await send({ path: "/pools" })).body) as {
    readonly pools: readonly {
      readonly id: string;
      readonly backends: readonly { readonly id: string; readonly administrative: string }[];
    }[];
  };
  return pools.flatMap(({ id, backends }) =>
    backends
      .filter(({ administrative }) => administrative !== "enabled")
      .map((backend) => ({ pool: id, backend: backend.id })),
  );
}
