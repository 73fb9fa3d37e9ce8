import type { NeighbourRule } from "./neighbour-rule.ts";

/** A port of 127.0.0.1 leads to one node of one topology. */
export const publishedPortsApart: NeighbourRule = (topology, neighbour) => {
  const taken = new Map(
    neighbour.nodes.flatMap(({ id, publishedPorts = [] }) =>
      publishedPorts.map(({ hostPort }) => [hostPort, id]),
    ),
  );
  return topology.nodes.flatMap(({ id, publishedPorts = [] }) =>
    publishedPorts
      .filter(({ hostPort }) => taken.has(hostPort))
      .map(({ hostPort }) => ({
        path: `${topology.id}.${id}.publish`,
        value: String(hostPort),
        message: `leads to ${taken.get(hostPort)} of ${neighbour.id} already`,
        next: "Publish at another port.",
      })),
  );
};
