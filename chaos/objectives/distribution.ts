import type { TimelineEvent } from "../environment/environment.ts";
import type { ProbeRecord } from "../measurement/probe.ts";
import type { Measured } from "../report/record.ts";
import type { Objective, TrialData } from "../scenario.ts";

/** The share of each node, as weights; a node that is not named gets nothing. */
export type Weights = Readonly<Record<string, number>>;

/** When the shares change, and to what. */
export interface Distributions {
  /** Whether an event says that the next ones of `weights` hold from now on. */
  readonly isChange: (event: TimelineEvent, data: TrialData) => boolean;
  /** After each change, in their order. */
  readonly weights: readonly Weights[];
}

/**
 * Between two changes each node gets its share of the requests: the largest distance from it, in
 * requests, is small. Requests that were under way at a change are left out, because either side of it
 * may have been asked.
 */
export function distributionFollows(
  distributions: Distributions & { readonly atMost: number },
): Objective {
  return {
    id: "distribution",
    title: "largest distance from the wanted distribution after a change, in requests",
    unit: "count",
    statistic: "every trial",
    minimumSamples: 1,
    measure: (data) => largestDistance(distributions, data),
    bound: { kind: "at-most", value: distributions.atMost },
  };
}

function largestDistance({ isChange, weights }: Distributions, data: TrialData): Measured {
  const changes = data.events.filter((event) => isChange(event, data));
  if (changes.length < weights.length) {
    return { value: null, reason: `only ${changes.length} of ${weights.length} changes were seen` };
  }
  const distances = weights.flatMap((wanted, index) => {
    const [from, to] = [changes[index], changes[index + 1]];
    if (from === undefined) return [];
    const within = data.probes.filter(
      (probe) =>
        BigInt(probe.sentNs) > BigInt(from.monotonicNs) &&
        (to === undefined || BigInt(probe.completedNs) < BigInt(to.monotonicNs)),
    );
    return within.length === 0 ? [] : [distanceOf(within, wanted)];
  });
  if (distances.length < weights.length) {
    return { value: null, reason: "no request began and ended between two of the changes" };
  }
  return { value: Math.max(...distances) };
}

function distanceOf(probes: readonly ProbeRecord[], wanted: Weights): number {
  const answered = probes.flatMap(({ node }) => node ?? []);
  const sum = Object.values(wanted).reduce((total, weight) => total + weight, 0);
  const nodes = new Set([...Object.keys(wanted), ...answered]);
  const distances = [...nodes].map((id) => {
    const count = answered.filter((node) => node === id).length;
    return Math.abs(count - (answered.length * (wanted[id] ?? 0)) / sum);
  });
  return Math.max(...distances);
}
