import type { NeighbourRule } from "./neighbour-rule.ts";

/** Containers are named after topology and node, and their names are the engine's. */
export const containerNamesApart: NeighbourRule = (topology, neighbour) => {
  const taken = new Set(neighbour.nodes.map(({ id }) => `${neighbour.id}-${id}`));
  return topology.nodes.flatMap(({ id }) =>
    taken.has(`${topology.id}-${id}`)
      ? [
          {
            path: `${topology.id}.${id}`,
            value: JSON.stringify(id),
            message: `would be a container of the same name as one of ${neighbour.id}`,
            next: "Give the node or the topology another id.",
          },
        ]
      : [],
  );
};
