import type { TopologyRule } from "../topology.ts";

/** A listener is served by a group of balancers and leads to a pool. */
export const listenersNamePools: TopologyRule = (topology) => {
  const pools = topology.pools.map(({ id }) => id);
  const groups = topology.nodes.filter(({ role }) => role === "balancer").map(({ group }) => group);
  return topology.listeners.flatMap((listener, index) => {
    const problems: { path: (string | number)[]; message: string }[] = [];
    if (!pools.includes(listener.pool)) {
      problems.push({
        path: ["listeners", index, "pool"],
        message: `names no pool | Use one of: ${pools.join(", ") || "(none declared)"}.`,
      });
    }
    if (!groups.includes(listener.group)) {
      problems.push({
        path: ["listeners", index, "group"],
        message: `names no group of balancers | Use one of: ${[...new Set(groups)].join(", ") || "(none declared)"}.`,
      });
    }
    return problems;
  });
};
