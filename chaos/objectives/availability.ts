import type { Objective } from "../scenario.ts";
import { msBetween } from "../measurement/monotonic.ts";
import { nearestRank } from "../statistics/quantile.ts";
import { buildObjective, type OfLoad } from "./build-objective.ts";
import { fewerThan, requestsFor, type Enough } from "./enough-requests.ts";
import { latencyMs, requestsBetween } from "./requests-between.ts";
import { duringTheFault, type Stretch } from "./stretches.ts";

/** Availability and latency of a load in a stretch of the trial: before, during or after the fault. */

interface In extends OfLoad {
  /** `beforeTheFault`, `duringTheFault`, `afterTheFault`, `afterTheRecovery`, or one of your own. */
  readonly stretch: Stretch;
}

/** At least this share of the requests that were sent in a stretch succeeded. */
export function availabilityAtLeast(
  options: In & Enough & { readonly atLeast: number },
): Objective {
  const { stretch, of, atLeast, minimumRequests = requestsFor(atLeast) } = options;
  return buildObjective(options, {
    name: `availability-${stretch.id}`,
    title: `share of requests that succeeded ${stretch.title}`,
    unit: "ratio",
    bound: { kind: "at-least", value: atLeast },
    measure: (data) => {
      const sent = requestsBetween({ ...stretch, ...ofLoad(of) }, data);
      if (sent.reason !== undefined) return { value: null, reason: sent.reason };
      const { probes } = sent;
      const tooFew = fewerThan(minimumRequests, probes.length, "began then");
      if (tooFew !== null) return tooFew;
      return { value: probes.filter(({ outcome }) => outcome === "ok").length / probes.length };
    },
  });
}

/**
 * A quantile of how long the requests took, from the time at which they were due, that were sent in a
 * stretch and succeeded. Of those that failed `availabilityAtLeast` tells.
 */
export function latencyAtMost(
  options: In & Enough & { readonly quantile: number; readonly atMostMs: number },
): Objective {
  const { stretch, of, quantile, atMostMs, minimumRequests = requestsFor(quantile) } = options;
  const name = `p${Number((quantile * 100).toFixed(2))}`;
  return buildObjective(options, {
    name: `latency-${name.replace(".", "-")}-${stretch.id}`,
    title: `${name} of the latency ${stretch.title}`,
    unit: "ms",
    quantile,
    bound: { kind: "at-most", value: atMostMs },
    measure: (data) => {
      const sent = requestsBetween({ ...stretch, ...ofLoad(of) }, data);
      if (sent.reason !== undefined) return { value: null, reason: sent.reason };
      const latencies = sent.probes.filter(({ outcome }) => outcome === "ok").map(latencyMs);
      if (latencies.length === 0) return { value: null, reason: "no request succeeded then" };
      const tooFew = fewerThan(minimumRequests, latencies.length, "succeeded then");
      if (tooFew !== null) return tooFew;
      return { value: nearestRank(latencies, quantile) };
    },
  });
}

/**
 * The longest time without a success, in a stretch: from when the first of several failing requests was
 * due to the end of the next one that succeeded; 0 when none failed. Where only some requests fail it is
 * short, however many they are.
 */
export function longestUnavailabilityAtMost(
  options: Omit<In, "stretch"> & {
    /** @default duringTheFault */
    readonly stretch?: Stretch;
    readonly atMostMs: number;
  },
): Objective {
  const { stretch = duringTheFault, of, atMostMs } = options;
  return buildObjective(options, {
    name: `unavailability-${stretch.id}`,
    title: `longest time without a success ${stretch.title}`,
    unit: "ms",
    bound: { kind: "at-most", value: atMostMs },
    measure: (data) => {
      const sent = requestsBetween({ ...stretch, ...ofLoad(of) }, data);
      if (sent.reason !== undefined) return { value: null, reason: sent.reason };
      let longestMs = 0;
      let sinceNs: bigint | null = null;
      let lastNs = 0n;
      for (const { outcome, intendedNs, completedNs } of inOrder(sent.probes)) {
        lastNs = BigInt(completedNs);
        if (outcome !== "ok") sinceNs ??= BigInt(intendedNs);
        else if (sinceNs !== null) {
          longestMs = Math.max(longestMs, msBetween(sinceNs, lastNs));
          sinceNs = null;
        }
      }
      if (sinceNs === null) return { value: longestMs };
      const atLeast = Math.max(longestMs, msBetween(sinceNs, lastNs));
      return { value: null, reason: "the last request then failed too", atLeast };
    },
  });
}

function inOrder<T extends { readonly intendedNs: string }>(probes: readonly T[]): T[] {
  return probes.toSorted((a, b) => Number(BigInt(a.intendedNs) - BigInt(b.intendedNs)));
}

function ofLoad(of: string | undefined): { readonly of?: string } {
  return of === undefined ? {} : { of };
}
