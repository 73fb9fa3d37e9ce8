import type { Objective } from "../scenario.ts";
import { buildObjective, type Judging } from "./build-objective.ts";

/**
 * From the fault on no other balancer becomes master or takes the floating address, because nobody who
 * serves is dead: for disturbances that must not look like a death.
 */
export function noFalseFailover(options: Judging & { readonly id?: string } = {}): Objective {
  return buildObjective(options, {
    name: "false-failovers",
    title: "times that another balancer took over from one that lives",
    unit: "count",
    bound: { kind: "at-most", value: 0 },
    measure: ({ events, hurt, topology, injectedNs }) => {
      const address = topology.virtualAddress?.address;
      if (address === undefined) {
        return { value: null, reason: "the topology has no floating address" };
      }
      if (hurt.owner === null) {
        return { value: null, reason: "nobody held the floating address at the fault" };
      }
      const count = (type: "vrrp.master" | "address.added"): number =>
        events.filter(
          (event) =>
            event.type === type &&
            event.node !== hurt.owner &&
            (type === "vrrp.master" || event.data["address"] === address) &&
            BigInt(event.monotonicNs) >= injectedNs,
        ).length;
      // One take-over tells both; one whose other word was lost counts as well.
      return { value: Math.max(count("vrrp.master"), count("address.added")) };
    },
  });
}
