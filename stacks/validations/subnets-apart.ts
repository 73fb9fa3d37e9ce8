import { networkOf } from "../ipv4.ts";
import type { NeighbourRule } from "./neighbour-rule.ts";

/** Networks of one engine cannot overlap. */
export const subnetsApart: NeighbourRule = (topology, neighbour) => {
  const [own, other] = [networkOf(topology.subnet), networkOf(neighbour.subnet)];
  if (own.last < other.first || other.last < own.first) return [];
  return [
    {
      path: `${topology.id}.subnet`,
      value: JSON.stringify(topology.subnet),
      message: `overlaps ${neighbour.subnet} of ${neighbour.id}`,
      next: "Give each topology a subnet of its own, such as 198.18.20.0/24.",
    },
  ];
};
