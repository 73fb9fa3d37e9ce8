import type { TimelineEvent } from "../../../chaos/environment/environment.ts";
import { OUTCOMES, type ProbeRecord } from "../../../chaos/measurement/probe.ts";
import type { PredictedWindow } from "../../../chaos/measurement/predicted-window.ts";
import {
  MARKS,
  PHASES,
  type Mark,
  type MarkName,
  type Measured,
  type TrialRecord,
} from "../../../chaos/report/record.ts";
import type { Objective, TrialData } from "../../../chaos/scenario.ts";
import { GOOD_QUALITY } from "../fake-environment.ts";
import { fixtureTopology } from "../report/fixture.ts";

/** The fault of every made-up trial. */
export const FAULT_NS = 1_000_000_000_000n;

export const NEVER = {
  value: null,
  reason: "not recovered within 900 ms",
} as const satisfies Measured;
export const UNKNOWN: Measured = { value: null, reason: "nobody looked" };

/** A trial that went well, but for what is changed. Times of marks are milliseconds after the fault. */
export function trialData(
  change: {
    readonly marks?: Partial<Record<MarkName, number>>;
    readonly trial?: Partial<TrialData["trial"]>;
    readonly errors?: Partial<TrialRecord["probes"]["byOutcome"]>;
    readonly failedDuring?: number;
  } & Partial<Omit<TrialData, "trial">> = {},
): TrialData {
  const { marks = {}, trial = {}, errors = {}, failedDuring = 0, ...rest } = change;
  const topology = fixtureTopology();
  return {
    hurt: { topology, target: "web-1", owner: "lb-a", ownerMac: null },
    injectedNs: FAULT_NS,
    observedMs: 900,
    resolutionMs: 5,
    alongsideResolutionMs: {},
    probes: [],
    alongside: {},
    events: [],
    topology,
    ...rest,
    trial: {
      index: 0,
      repeats: null,
      seed: 1,
      target: "web-1",
      phase: { of: null, periodMs: null, wantedMs: null, achieved: UNKNOWN },
      marks: Object.fromEntries(
        MARKS.map((name) => [name, markAt(marks[name])]),
      ) as TrialRecord["marks"],
      phases: Object.fromEntries(
        PHASES.map(({ id }) => [id, UNKNOWN]),
      ) as unknown as TrialRecord["phases"],
      outage: { value: 100 },
      clientGap: { value: 100 },
      probes: {
        sent: 100,
        byOutcome: {
          ...(Object.fromEntries(
            OUTCOMES.map((outcome) => [outcome, 0]),
          ) as TrialRecord["probes"]["byOutcome"]),
          ...errors,
        },
        failedBefore: 0,
        failedDuring,
        failedAfter: 0,
        failedInFlight: 0,
        inFlightAtFault: 0,
      },
      faults: [
        {
          kind: "fake",
          title: "a fault",
          target: "web-1",
          injectedNs: FAULT_NS.toString(),
          uncertaintyMs: 1,
          healedNs: null,
          verified: { active: true, evidence: "seen" },
        },
      ],
      quality: { ...GOOD_QUALITY, intended: 100, sent: 100 },
      alongside: [],
      abortedBy: null,
      stolenMs: 0,
      deployMs: 1,
      ...trial,
    },
  };
}

function markAt(atMs: number | undefined): Mark {
  if (atMs === undefined) return { atMs: null, reason: "it did not happen" };
  const monotonicNs = (FAULT_NS + BigInt(Math.round(atMs * 1e6))).toString();
  return { atMs, monotonicNs, seenBy: "this test" };
}

/** A probe that began and ended so many milliseconds after the fault. */
export function probe(
  sentMs: number,
  completedMs: number,
  outcome: ProbeRecord["outcome"] = "ok",
  node: string | null = outcome === "ok" ? "web-1" : null,
): ProbeRecord {
  const at = (ms: number): string => (FAULT_NS + BigInt(Math.round(ms * 1e6))).toString();
  return {
    seq: 0,
    class: "fresh",
    intendedNs: at(sentMs),
    sentNs: at(sentMs),
    completedNs: at(completedMs),
    outcome,
    status: outcome === "ok" ? 200 : null,
    node,
    balancer: null,
    bytes: 0,
  };
}

export function windowOf(floorMs: number, ceilingMs: number): PredictedWindow {
  return {
    of: "outage",
    floorMs,
    meanMs: (floorMs + ceilingMs) / 2,
    ceilingMs,
    because: "made up",
    source: "this test",
  };
}

/** An objective of a made-up measure: the outage of the trial unless told otherwise. */
export function objectiveOf(change: Partial<Objective> = {}): Objective {
  return {
    id: "outage",
    title: "outage",
    unit: "ms",
    statistic: "every trial",
    minimumSamples: 1,
    measure: ({ trial }) => trial.outage,
    bound: { kind: "at-most", value: 200 },
    ...change,
  };
}

/** Something told so many milliseconds after the fault, by the first balancer unless another node is named. */
export function eventAt(
  atMs: number,
  type: TimelineEvent["type"],
  data: TimelineEvent["data"] = {},
  node = "lb-a",
): TimelineEvent {
  const monotonicNs = (FAULT_NS + BigInt(Math.round(atMs * 1e6))).toString();
  return { schema: "evenkeel.event/1", node, process: "balancer", monotonicNs, type, data };
}

/** A fault from so many milliseconds after the first one on. */
export function faultAt(
  atMs: number,
  healedMs: number | null,
  change: Partial<TrialRecord["faults"][number]> = {},
): TrialRecord["faults"][number] {
  const at = (ms: number): string => (FAULT_NS + BigInt(Math.round(ms * 1e6))).toString();
  return {
    kind: "fake",
    title: "a fault",
    target: "web-1",
    injectedNs: at(atMs),
    uncertaintyMs: 0,
    healedNs: healedMs === null ? null : at(healedMs),
    verified: { active: true, evidence: "seen" },
    ...change,
  };
}
