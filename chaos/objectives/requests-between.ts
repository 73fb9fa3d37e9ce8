import type { ProbeRecord } from "../measurement/probe.ts";
import type { TrialData } from "../scenario.ts";
import { probesOf, type LoadProbes } from "./build-objective.ts";
import { theEnd, type TrialMoment } from "./moments.ts";

/** Which requests: of a load, sent between two moments. */
export interface Between {
  readonly from: TrialMoment;
  /** @default theEnd */
  readonly to?: TrialMoment;
  /** Id of the load beside the main one. @default - the main load */
  readonly of?: string;
}

/** The requests that were sent between two moments, perhaps none, or why there are no such moments. */
export function beganBetween({ from, to = theEnd, of }: Between, data: TrialData): LoadProbes {
  const load = probesOf(data, of);
  if (load.reason !== undefined) return load;
  const begin = from.find(data);
  if (begin.atNs === null) return { reason: begin.reason };
  const end = to.find(data);
  if (end.atNs === null) return { reason: end.reason };
  const [fromNs, toNs] = [begin.atNs, end.atNs];
  return {
    probes: load.probes.filter(({ sentNs }) => BigInt(sentNs) >= fromNs && BigInt(sentNs) <= toNs),
  };
}

/** The same, and without any request the reason is that there was none. */
export function requestsBetween(between: Between, data: TrialData): LoadProbes {
  const began = beganBetween(between, data);
  if (began.reason !== undefined || began.probes.length > 0) return began;
  return { reason: "no request began then" };
}

/** From the time at which a request was due to its end, in milliseconds. */
export function latencyMs({ intendedNs, completedNs }: ProbeRecord): number {
  return Number(BigInt(completedNs) - BigInt(intendedNs)) / 1e6;
}
