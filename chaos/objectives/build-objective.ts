import type { ProbeRecord } from "../measurement/probe.ts";
import type { Measured } from "../report/record.ts";
import type { Bound, Objective, TrialData } from "../scenario.ts";
import { errorsAmong } from "./wording.ts";

/** In how many trials an objective must hold, and by how many of them. */
export interface Judging {
  /** @default "every trial" */
  readonly statistic?: Objective["statistic"];
  /** Fewer trials with a value say nothing. @default 1 */
  readonly minimumSamples?: number;
}

/** What every ready-made objective of a load may be told. */
export interface OfLoad extends Judging {
  /** Needed where the same objective stands in a scenario twice. @default - what it measures, in short */
  readonly id?: string;
  /** Id of the load beside the main one that it speaks of. @default - the main load */
  readonly of?: string;
}

/** What one objective is made of. */
interface Parts {
  /** Its id unless it is given another; of a load beside the main one with that load's id after it. */
  readonly name: string;
  readonly title: string;
  readonly unit: Objective["unit"];
  /** @default false */
  readonly aboveOne?: boolean;
  /** @default none */
  readonly quantile?: number;
  readonly bound: Bound;
  readonly measure: (data: TrialData) => Measured;
}

/** An objective that is judged in every trial unless told otherwise; its title names the load it speaks of. */
export function buildObjective(options: OfLoad, parts: Parts): Objective {
  const { id, of, statistic = "every trial", minimumSamples = 1 } = options;
  const { name, title, ...rest } = parts;
  return {
    id: id ?? (of === undefined ? name : `${name}-${of}`),
    title: of === undefined ? title : `${title}, of load ${of}`,
    ...rest,
    statistic,
    minimumSamples,
    ...(of === undefined ? {} : { of, circumstances: (data) => errorsOf(of, data) }),
  };
}

/** Records of a load, or why there are none. */
export type LoadProbes =
  | { readonly probes: readonly ProbeRecord[]; readonly reason?: undefined }
  | { readonly reason: string };

/** What was recorded of a load: of the main one without an id. */
export function probesOf({ probes, alongside }: TrialData, of: string | undefined): LoadProbes {
  if (of === undefined) return { probes };
  const records = alongside[of];
  if (records !== undefined) return { probes: records };
  const known = Object.keys(alongside).join(", ") || "none";
  return { reason: `no load beside the main one is called "${of}"; known: ${known}` };
}

function errorsOf(of: string, data: TrialData): string {
  const found = probesOf(data, of);
  if (found.reason !== undefined) return "";
  return `; errors of the load: ${errorsAmong(found.probes) || "none"}`;
}
