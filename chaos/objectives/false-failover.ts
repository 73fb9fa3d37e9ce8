import { msBetween } from "../measurement/monotonic.ts";
import type { Objective } from "../scenario.ts";
import { buildObjective, type Judging } from "./build-objective.ts";
import { hurtings, type Hurting } from "./hurt-nodes.ts";

/**
 * From the fault on no other balancer becomes master or takes the floating address, because nobody who
 * serves is dead: for disturbances that must not look like a death.
 *
 * @param options.shorterThanMs the length from which on the disturbance may be taken for a death. One that
 *   turned out longer, because the machine was slow to heal it, says nothing. Default: any length counts
 */
export function noFalseFailover(
  options: Judging & { readonly id?: string; readonly shorterThanMs?: number } = {},
): Objective {
  const { shorterThanMs } = options;
  return buildObjective(options, {
    name: "false-failovers",
    title: "times that another balancer took over from one that lives",
    unit: "count",
    bound: { kind: "at-most", value: 0 },
    measure: (data) => {
      const { events, hurt, topology, injectedNs } = data;
      const address = topology.virtualAddress?.address;
      if (address === undefined) {
        return { value: null, reason: "the topology has no floating address" };
      }
      if (hurt.owner === null) {
        return { value: null, reason: "nobody held the floating address at the fault" };
      }
      const longestMs = Math.max(0, ...hurtings(data).map(lengthMs));
      if (shorterThanMs !== undefined && longestMs >= shorterThanMs) {
        const reason = `a disturbance lasted ${longestMs.toFixed(0)} ms, and ${shorterThanMs} ms may be taken for a death`;
        return { value: null, reason };
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

/** How long a fault acted at most; without healing for ever. */
function lengthMs({ fromNs, toNs }: Hurting): number {
  return toNs === null ? Infinity : msBetween(fromNs, toNs);
}
