import { summarize } from "../../statistics/summary.ts";
import type { StepSeen } from "./protocol.ts";

/** One step of a saturation run. */
export interface SaturationStep extends StepSeen {
  readonly connections: number;
  /** Of all CPU time of the machine, 0 to 1: what was not idle. */
  readonly machineBusy: number;
  /** Of all CPU time of the machine, 0 to 1: what its hypervisor took; null where nobody tells. */
  readonly stolenShare: number | null;
}

/** How far a saturation run goes. */
export interface LadderLimits {
  /** No step has more connections. */
  readonly maxConnections: number;
  /** Steps on the plateau, all with as many connections as the first of them. */
  readonly plateauSteps: number;
  /** Throughput that grows by a smaller share, for twice the connections, has stopped growing. */
  readonly leastGrowth: number;
  /** The most and the least of the plateau lie apart by this share of the median, at most. */
  readonly mostSpread: number;
  /** A machine that is busier than this on the whole plateau, 0 to 1, was the limit itself. */
  readonly mostBusy: number;
  /** Of a plateau that lies too far apart, the slowest step was the hypervisor's if it took more, 0 to 1. */
  readonly mostStolen: number;
}

/** What the command and the figures use. */
export const LADDER: LadderLimits = {
  maxConnections: 512,
  plateauSteps: 3,
  leastGrowth: 0.1,
  mostSpread: 0.1,
  mostBusy: 0.9,
  mostStolen: 0.02,
};

/** What one node can do, in requests per second. */
export interface Capacity {
  /** Median over the steps of the plateau, and the least and the most of them. */
  readonly perSecond: number;
  readonly leastPerSecond: number;
  readonly mostPerSecond: number;
  /**
   * Requests that are served at once then: capacity over the throughput of a single connection, as
   * Little's law has it for response times that load does not change.
   */
  readonly atOnce: number;
}

/** What a saturation run found. */
export type Finding =
  | { readonly kind: "capacity"; readonly capacity: Capacity }
  /** What was measured is not the node's limit. */
  | { readonly kind: "invalid"; readonly reason: string }
  | { readonly kind: "inconclusive"; readonly reason: string };

/**
 * Connections of the next step: 1, 2, 4 and so on until throughput stops growing, then the same again
 * until the plateau has its steps. Null when it is over.
 */
export function nextConnections(
  steps: readonly SaturationStep[],
  limits: LadderLimits,
): number | null {
  const last = steps.at(-1);
  if (last === undefined) return 1;
  if (last.perSecond === null) return null;
  const plateau = plateauOf(steps, limits);
  if (plateau.length >= limits.plateauSteps) return null;
  if (plateau.length > 0) return last.connections;
  if (last.connections >= limits.maxConnections) return null;
  return Math.min(last.connections * 2, limits.maxConnections);
}

/** The steps from the first one that was hardly faster than the one before it; none while all are. */
export function plateauOf(
  steps: readonly SaturationStep[],
  { leastGrowth }: LadderLimits,
): readonly SaturationStep[] {
  const first = steps.findIndex(({ perSecond }, index) => {
    const before = steps[index - 1]?.perSecond;
    if (before === undefined || before === null || perSecond === null) return false;
    return perSecond < before * (1 + leastGrowth);
  });
  return first === -1 ? [] : steps.slice(first);
}

/** What the steps say of the node. */
export function findingOf(steps: readonly SaturationStep[], limits: LadderLimits): Finding {
  const last = steps.at(-1);
  if (last === undefined) return { kind: "inconclusive", reason: "no step was made" };
  if (last.perSecond === null) {
    return {
      kind: "invalid",
      reason: `nothing was answered with ${last.connections} connections (${last.otherStatus} responses were not 2xx, ${last.timeouts} came too late, ${last.reopened} connections were refused or ended)`,
    };
  }
  const plateau = plateauOf(steps, limits);
  const rates = summarize(plateau.flatMap(({ perSecond }) => perSecond ?? []));
  if (rates === null || plateau.length < limits.plateauSteps) {
    return {
      kind: "inconclusive",
      reason: `throughput still grew at ${last.connections} connections, to ${last.perSecond.toFixed(1)} requests/s`,
    };
  }
  // A step that was as fast on a machine that was less busy was not held back by the machine.
  const busy = Math.min(...plateau.map(({ machineBusy }) => machineBusy));
  if (busy > limits.mostBusy) {
    return {
      kind: "invalid",
      reason: `at least ${(busy * 100).toFixed(0)} % of the machine's CPU was busy in every step of the plateau: what was measured is this machine, generator included, and not a node`,
    };
  }
  const { median, min, max } = rates;
  if (max - min > limits.mostSpread * median) {
    const apart = `the steps of the plateau differ by more than ${limits.mostSpread * 100} %: ${min.toFixed(1)} to ${max.toFixed(1)} requests/s`;
    const stolen = plateau.find(({ perSecond }) => perSecond === min)?.stolenShare ?? 0;
    if (stolen <= limits.mostStolen) return { kind: "inconclusive", reason: apart };
    const thief = `in the slowest its hypervisor took ${(stolen * 100).toFixed(0)} % of the machine's CPU`;
    return { kind: "invalid", reason: `${apart}; ${thief}` };
  }
  const single = steps[0]?.perSecond ?? median;
  return {
    kind: "capacity",
    capacity: {
      perSecond: median,
      leastPerSecond: min,
      mostPerSecond: max,
      atOnce: median / single,
    },
  };
}
