import type { TopologyRule } from "../topology.ts";
import { repeats } from "./repeats.ts";

/** The floating address is held by balancers that run keepalived, each with a priority of its own. */
export const virtualAddressOwners: TopologyRule = (topology) => {
  const owners = topology.virtualAddress?.owners ?? [];
  const path = (index: number, field: string) => ["virtualAddress", "owners", index, field];
  const balancers = topology.nodes.filter((node) => node.role === "balancer").map(({ id }) => id);
  return [
    ...owners.flatMap(({ node }, index) =>
      balancers.includes(node)
        ? []
        : [
            {
              path: path(index, "node"),
              message: `is not a balancer | Use one of: ${balancers.join(", ") || "(none declared)"}.`,
            },
          ],
    ),
    ...repeats(owners.map(({ node }) => node)).map(({ index, first }) => ({
      path: path(index, "node"),
      message: `repeats owner ${first} | Name each balancer once.`,
    })),
    ...repeats(owners.map(({ priority }) => priority)).map(({ index, first }) => ({
      path: path(index, "priority"),
      message: `equals that of owner ${first} | Give each owner a priority of its own, or the higher address decides.`,
    })),
  ];
};
