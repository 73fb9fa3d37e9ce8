import type { TopologyRule } from "../topology.ts";
import { repeats } from "./repeats.ts";

/** A pool's backends are backend nodes, each named once. */
export const poolsNameBackends: TopologyRule = (topology) => {
  const known = topology.nodes.filter(({ role }) => role === "backend").map(({ id }) => id);
  return topology.pools.flatMap((pool, index) => {
    const path = (backend: number) => ["pools", index, "backends", backend];
    return [
      ...pool.backends.flatMap((id, backend) =>
        known.includes(id)
          ? []
          : [
              {
                path: path(backend),
                message: `names no backend node | Use one of: ${known.join(", ") || "(none declared)"}.`,
              },
            ],
      ),
      ...repeats(pool.backends).map((repeat) => ({
        path: path(repeat.index),
        message: "stands in the pool already | Remove it.",
      })),
    ];
  });
};
