import type { ProbeRecord } from "../measurement/probe.ts";
import type { Objective, TrialData } from "../scenario.ts";
import { buildObjective, probesOf, type LoadProbes, type OfLoad } from "./build-objective.ts";
import { hurtNodes } from "./hurt-nodes.ts";

/**
 * How many long-lived connections outlive a fault. One was open at the fault when it had not ended and
 * a line had come on it; it survived when it lived until the load was stopped.
 */

/** Which of the connections: those on a node that a fault acted on (backend or balancer), the others, or all. */
export type ConnectionsOn = "hurt" | "others" | "all";

interface Connections extends OfLoad {
  /** @default "all" */
  readonly on?: ConnectionsOn;
}

const WORDS: Readonly<Record<ConnectionsOn, string>> = {
  hurt: "long-lived connections on the hurt node",
  others: "long-lived connections on other nodes",
  all: "long-lived connections",
};

/** At least this share of the long-lived connections that were open at the fault lived to the end. */
export function connectionsSurviveAtLeast(
  options: Connections & { readonly atLeast: number },
): Objective {
  const { on = "all", of, atLeast } = options;
  return buildObjective(options, {
    name: on === "all" ? "connection-survival" : `connection-survival-${on}`,
    title: `share of the ${WORDS[on]} that survived`,
    unit: "ratio",
    bound: { kind: "at-least", value: atLeast },
    measure: (data) => {
      const open = openAtFault(data, of, on);
      if (open.reason !== undefined) return { value: null, reason: open.reason };
      if (open.probes.length === 0) return { value: null, reason: `no ${WORDS[on]} were open` };
      return {
        value: open.probes.filter(({ outcome }) => outcome === "ok").length / open.probes.length,
      };
    },
  });
}

/** At least so many long-lived connections were open at the fault: there was something to lose. */
export function connectionsOpenAtLeast(
  options: Connections & { readonly atLeast: number },
): Objective {
  const { on = "all", of, atLeast } = options;
  return buildObjective(options, {
    name: on === "all" ? "connections-open" : `connections-open-${on}`,
    title: `${WORDS[on]} that were open at the fault`,
    unit: "count",
    bound: { kind: "at-least", value: atLeast },
    measure: (data) => {
      const open = openAtFault(data, of, on);
      if (open.reason !== undefined) return { value: null, reason: open.reason };
      return { value: open.probes.length };
    },
  });
}

function openAtFault(data: TrialData, of: string | undefined, on: ConnectionsOn): LoadProbes {
  const load = probesOf(data, of);
  if (load.reason !== undefined) return load;
  const held = load.probes.filter((probe) => probe.class === "long-lived");
  if (held.length === 0) return { reason: "the load has no long-lived connections" };
  const hurt = hurtNodes(data);
  const isHurt = ({ node, balancer }: ProbeRecord): boolean =>
    (node !== null && hurt.has(node)) || (balancer !== null && hurt.has(balancer));
  // What ended while the fault may have been taking effect was open at it.
  const uncertaintyNs = BigInt(Math.ceil((data.trial.faults[0]?.uncertaintyMs ?? 0) * 1e6));
  return {
    probes: held.filter(
      (probe) =>
        BigInt(probe.sentNs) < data.injectedNs &&
        BigInt(probe.completedNs) >= data.injectedNs - uncertaintyNs &&
        // Without a line nobody knows that it was ever open.
        (probe.lines ?? 0) > 0 &&
        (on === "all" || isHurt(probe) === (on === "hurt")),
    ),
  };
}
