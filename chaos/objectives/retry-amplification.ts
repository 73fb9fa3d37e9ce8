import type { ProbeRecord } from "../measurement/probe.ts";
import type { Measured } from "../report/record.ts";
import type { Objective, TrialData } from "../scenario.ts";
import { backendLoads, requestsAtBackends } from "./backend-load.ts";
import { buildObjective, type Judging } from "./build-objective.ts";
import { duringTheFault, type Stretch } from "./stretches.ts";

interface Amplification extends Judging {
  readonly id?: string;
  /** @default duringTheFault */
  readonly stretch?: Stretch;
}

/**
 * Retries make of each request of the clients at most so many at the backends: whoever retries, client or
 * balancer. 1 is none. It is of all loads together, because backends do not tell them apart; what a
 * killed backend got in its last 100 ms nobody tells. Long-lived connections are no requests here: backends
 * do not count them as work. Where clients had answers and no backend told of any load, there is no value.
 */
export function retryAmplificationAtMost(
  options: Amplification & { readonly atMost: number },
): Objective {
  return amplification(options, { kind: "at-most", value: options.atMost });
}

/** The same of at least so much: evidence that there was something to bound. */
export function retryAmplificationAtLeast(
  options: Amplification & { readonly atLeast: number },
): Objective {
  return amplification(options, { kind: "at-least", value: options.atLeast });
}

function amplification(options: Amplification, bound: Objective["bound"]): Objective {
  const { stretch = duringTheFault } = options;
  return buildObjective(options, {
    name: `retry-amplification-${stretch.id}`,
    title: `requests at backends for each request of the clients, ${stretch.title}`,
    unit: "ratio",
    aboveOne: true,
    bound,
    measure: (data) => measured(stretch, data),
  });
}

function measured({ from, to }: Stretch, data: TrialData): Measured {
  const [begin, end] = [from.find(data), to.find(data)];
  if (begin.atNs === null) return { value: null, reason: begin.reason };
  if (end.atNs === null) return { value: null, reason: end.reason };
  const [fromNs, toNs] = [begin.atNs, end.atNs];
  const within = (ns: string): boolean => BigInt(ns) >= fromNs && BigInt(ns) <= toNs;
  const requests = [data.probes, ...Object.values(data.alongside)]
    .flat()
    .filter((probe) => probe.class !== "long-lived");
  const asked = requests.filter(({ sentNs }) => within(sentNs)).length;
  if (asked === 0) return { value: null, reason: "no request began then" };
  const loads = backendLoads(data.events);
  if (loads.length === 0) return { value: null, reason: "no backend told of its load" };
  const silent = !loads.some((load) => load.fromNs < toNs && load.toNs > fromNs);
  if (silent && requests.some((probe) => isAnswer(probe) && within(probe.completedNs))) {
    return { value: null, reason: "clients were answered then, and no backend told of its load" };
  }
  return { value: requestsAtBackends(loads, fromNs, toNs) / asked };
}

/** A backend gave it, whatever it says. */
function isAnswer({ outcome, node }: ProbeRecord): boolean {
  return outcome === "ok" || node !== null;
}
