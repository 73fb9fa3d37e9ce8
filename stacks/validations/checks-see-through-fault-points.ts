import type { TopologyRule } from "../topology.ts";

/**
 * A TCP check of a backend behind a fault point asks the proxy, which accepts whether or not the
 * backend does: such a check is green for ever, unless it expects an answer.
 */
export const checksSeeThroughFaultPoints: TopologyRule = (topology) =>
  topology.pools.flatMap((pool, index) => {
    if (pool.healthCheck?.type !== "tcp" || pool.healthCheck.expectsAnswer) return [];
    const balancers = topology.listeners
      .filter((listener) => listener.pool === pool.id)
      .map(({ group }) => group);
    const groups = topology.nodes
      .filter(({ id }) => pool.backends.includes(id))
      .map(({ group }) => group);
    const point = topology.links.find(
      ({ from, to, via }) =>
        via !== undefined &&
        balancers.includes(from) &&
        (pool.backends.includes(to) || groups.includes(to)),
    );
    if (point === undefined) return [];
    return [
      {
        path: ["pools", index, "healthCheck", "type"],
        message: `sees only the fault point ${point.id}, which accepts always | Use an HTTP check, or make the link direct.`,
      },
    ];
  });
