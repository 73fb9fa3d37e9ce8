import type { ProbeRecord } from "../measurement/probe.ts";
import type { Objective } from "../scenario.ts";
import { slowStartShare, type SlowStartCurve } from "../simulation/slow-start-share.ts";
import type { TrialMoment } from "./moments.ts";

/** Half the width of a band that holds 99 of 100 values of a normal distribution, in deviations. */
const DEVIATIONS_99 = 2.576;

/** A slow start, and into how many parts of equal length it is cut to be looked at. */
export interface SlowStartLook {
  /** Node of the backend that comes back. */
  readonly backend: string;
  readonly windowMs: number;
  readonly curve: SlowStartCurve;
  readonly parts: number;
  /** Fewer requests due to it in any part, and nothing can be said. */
  readonly minimumExpected: number;
}

/** One part of a slow start: what the curve allows, and what there was. */
export interface SlowStartPart {
  /** Requests to all backends that began in this part. */
  readonly requests: number;
  /** Those that the backend got. */
  readonly got: number;
  /** Those that the curve gives it, when every request was sent on as late or as soon as it can have been. */
  readonly expected: { readonly least: number; readonly most: number };
  /** Where 99 of 100 binomial counts of that expectation lie. */
  readonly band: { readonly least: number; readonly most: number };
  readonly inside: boolean;
}

/**
 * How a slow start went, part by part. A request is picked for somewhere between its sending and its
 * end, and the curve rises: the expectation is taken at both.
 *
 * @param beganNs when the backend came back
 * @param probes all of the trial
 */
export function slowStartParts(
  look: SlowStartLook,
  beganNs: bigint,
  probes: readonly ProbeRecord[],
): { readonly parts: readonly SlowStartPart[] } | { readonly reason: string } {
  const ageOf = (ns: string): number => Number(BigInt(ns) - beganNs) / 1e6 / look.windowMs;
  const answered = probes.filter(({ node }) => node !== null);
  if (!answered.some(({ sentNs }) => ageOf(sentNs) >= 1)) {
    return { reason: "the slow start was not over when observation ended" };
  }
  const shareAt = (age: number): number => {
    const clipped = Math.min(Math.max(age, 0), 1);
    return slowStartShare(look.curve, clipped, clipped);
  };
  const parts = Array.from({ length: look.parts }, (_, part): SlowStartPart => {
    const own = answered.filter(({ sentNs }) => Math.floor(ageOf(sentNs) * look.parts) === part);
    const sum = (of: (probe: (typeof own)[number]) => number): number =>
      own.reduce((total, probe) => total + of(probe), 0);
    const least = sum(({ sentNs }) => shareAt(ageOf(sentNs)));
    const most = sum(({ completedNs }) => shareAt(ageOf(completedNs)));
    const deviation = (mean: number): number =>
      own.length === 0 ? 0 : Math.sqrt(mean * (1 - mean / own.length));
    const band = {
      least: least - DEVIATIONS_99 * deviation(least),
      most: most + DEVIATIONS_99 * deviation(most),
    };
    const got = own.filter(({ node }) => node === look.backend).length;
    const inside = got >= band.least && got <= band.most;
    return { requests: own.length, got, expected: { least, most }, band, inside };
  });
  const fewest = Math.min(...parts.map(({ expected }) => expected.least));
  if (fewest >= look.minimumExpected) return { parts };
  return {
    reason: `in one part only ${fewest.toFixed(0)} requests were due to it, ${look.minimumExpected} are needed`,
  };
}

/** In no part of its slow start does a backend get more or less than the curve gives it. */
export function slowStartFollowsCurve(
  look: SlowStartLook & {
    /** When the backend came back. */
    readonly begin: TrialMoment;
  },
): Objective {
  return {
    id: "slow-start-share",
    title: "parts of the slow start outside the curve's 99 % band",
    unit: "count",
    statistic: "every trial",
    minimumSamples: 1,
    measure: (data) => {
      const began = look.begin.find(data);
      if (began.atNs === null) return { value: null, reason: began.reason };
      const seen = slowStartParts(look, began.atNs, data.probes);
      if ("reason" in seen) return { value: null, reason: seen.reason };
      return { value: seen.parts.filter(({ inside }) => !inside).length };
    },
    bound: { kind: "at-most", value: 0 },
  };
}
