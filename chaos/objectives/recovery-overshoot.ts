import { median } from "simple-statistics";
import type { Objective } from "../scenario.ts";
import { backendLoads } from "./backend-load.ts";
import { buildObjective, type Judging } from "./build-objective.ts";
import { theEnd, theLastHealing, type TrialMoment } from "./moments.ts";

/** Fewer windows before the fault say nothing of what is normal. */
const LEAST_WINDOWS = 3;

/**
 * After the healing no backend has more requests open at once than so many times what is normal: the
 * highest of all its 100 ms windows until the end, over the median of the windows before the fault. A
 * backend that comes back to everybody's retries, or to a queue that grew, is above 1.
 */
export function recoveryOvershootAtMost(
  options: Judging & {
    readonly id?: string;
    /** When the recovery begins. @default theLastHealing */
    readonly from?: TrialMoment;
    readonly atMost: number;
  },
): Objective {
  const { from = theLastHealing, atMost } = options;
  return buildObjective(options, {
    name: "recovery-overshoot",
    title: `most requests open on a backend after ${from.title}, over what is normal`,
    unit: "ratio",
    aboveOne: true,
    bound: { kind: "at-most", value: atMost },
    measure: (data) => {
      const [begin, end] = [from.find(data), theEnd.find(data)];
      if (begin.atNs === null) return { value: null, reason: begin.reason };
      const [fromNs, toNs] = [begin.atNs, end.atNs ?? begin.atNs];
      const loads = backendLoads(data.events);
      const before = loads.filter((load) => load.toNs <= data.injectedNs);
      const after = loads.filter((load) => load.toNs > fromNs && load.fromNs < toNs);
      if (before.length < LEAST_WINDOWS) {
        const reason = `backends told of ${before.length} windows before the fault, ${LEAST_WINDOWS} are needed`;
        return { value: null, reason };
      }
      if (after.length === 0) {
        return { value: null, reason: `no backend told of its load after ${from.title}` };
      }
      const normal = median(before.map(({ openMost }) => openMost));
      if (normal === 0) return { value: null, reason: "no request was open before the fault" };
      return { value: Math.max(...after.map(({ openMost }) => openMost)) / normal };
    },
  });
}
