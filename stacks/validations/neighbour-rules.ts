import { containerNamesApart } from "./container-names-apart.ts";
import type { NeighbourRule } from "./neighbour-rule.ts";
import { publishedPortsApart } from "./published-ports-apart.ts";
import { subnetsApart } from "./subnets-apart.ts";

/** Every rule over topologies side by side. */
export const NEIGHBOUR_RULES: readonly NeighbourRule[] = [
  subnetsApart,
  publishedPortsApart,
  containerNamesApart,
];
