import type { Topology } from "../../stacks/topology.ts";

/** Nodes of which one is to be left: the balancers of a group, the backends of a pool. */
export interface Whole {
  /** In words: `all backends of pool app`. */
  readonly title: string;
  readonly ids: readonly string[];
}

/** What must never be down as a whole, unless a scenario allows it. */
export function wholesOf({ nodes, pools }: Topology): readonly Whole[] {
  const balancers = nodes.filter(({ role }) => role === "balancer");
  const groups = [...new Set(balancers.map(({ group }) => group))];
  return [
    ...groups.map((group) => ({
      title: `all balancers of ${group}`,
      ids: balancers.filter((node) => node.group === group).map(({ id }) => id),
    })),
    ...pools
      .filter(({ backends }) => backends.length > 0)
      .map(({ id, backends }) => ({ title: `all backends of pool ${id}`, ids: backends })),
  ];
}
