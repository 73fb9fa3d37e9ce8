import type { Topology } from "../../stacks/topology.ts";
import type { Outcome, ProberQuality } from "../measurement/probe.ts";
import type { PredictedWindow } from "../measurement/predicted-window.ts";
import type { LoadRecord, LoadTrialRecord, NamedLoadRecord } from "./load-record.ts";

/**
 * The record of a run, `run.json`: everything a report shows is in it or in the two streams beside
 * it (`events.ndjson`, `probes.ndjson.gz`), and every report is rendered from them offline.
 *
 * All `…Ns` are CLOCK_MONOTONIC as decimal strings; all `…Ms` are milliseconds relative to the
 * trial's P1 unless they are durations.
 */
export const RECORD_SCHEMA = "evenkeel.run/4";

/** How a trial, an objective or a run was judged. */
export const VERDICTS = [
  "pass",
  "fail",
  "inconclusive",
  "invalid",
  "aborted",
  "heal-failed",
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** The phases' marks of a failover (measuring-failover: P0 to P7). */
export const MARKS = [
  "armed", // P0
  "injected", // P1
  "impact", // P2
  "detected", // P3
  "elected", // P4
  "moved", // P5
  "recovered", // P6
  "stable", // P7
] as const;
export type MarkName = (typeof MARKS)[number];

/** A mark is a time and where it was seen, or a reason why there is none. Never merged silently. */
export type Mark =
  | { readonly atMs: number; readonly monotonicNs: string; readonly seenBy: string }
  | { readonly atMs: null; readonly reason: string };

/** A number, or the reason why there is none. */
export type Measured =
  | { readonly value: number; readonly reason?: undefined }
  | {
      readonly value: null;
      readonly reason: string;
      /** It was not over when observation ended: the value is at least this. */
      readonly atLeast?: number;
    };

/** The intervals between marks that reports publish, in order. */
export const PHASES = [
  { id: "detection", from: "injected", to: "detected" },
  { id: "decision", from: "detected", to: "elected" },
  { id: "propagation", from: "elected", to: "moved" },
  { id: "client", from: "moved", to: "recovered" },
] as const satisfies readonly {
  readonly id: string;
  readonly from: MarkName;
  readonly to: MarkName;
}[];
export type PhaseId = (typeof PHASES)[number]["id"];

/** What one objective measured in one trial. */
export interface ObjectiveSample {
  readonly measured: Measured;
  /** The predicted window of this very trial (its phase known or not), when theory gives one. */
  readonly predicted: PredictedWindow | null;
  readonly verdict: Verdict;
  /** What was measured, in which phase, and which error classes. */
  readonly message: string;
}

export interface TrialRecord {
  /** From 0, in the order in which they were run. */
  readonly index: number;
  /** Index of the spoilt trial that this one measures again, in the same phase; null for the others. */
  readonly repeats: number | null;
  readonly seed: number;
  readonly verdict: Verdict;
  /** Why, unless it passed. */
  readonly reasons: readonly string[];
  /** It is invalid, and only because a prober was late: the machine had no processor for it. */
  readonly spoilt: boolean;
  /** The abort rule that ended it, in words; null when none did. */
  readonly abortedBy: string | null;
  /** Node or link that was hurt. */
  readonly target: string | null;
  /** Phase of the injection in the heartbeat that decides the detection. */
  readonly phase: {
    /** `advert` or `check`; null when the scenario has no heartbeat. */
    readonly of: "advert" | "check" | null;
    /** Measured length of the period. */
    readonly periodMs: number | null;
    readonly wantedMs: number | null;
    /** From the last beat before P1 to P1. */
    readonly achieved: Measured;
  };
  readonly marks: Readonly<Record<MarkName, Mark>>;
  readonly phases: Readonly<Record<PhaseId, Measured>>;
  /** P6 − P1. */
  readonly outage: Measured;
  /** Intended time of the first failed probe to the completion of the first success after it. */
  readonly clientGap: Measured;
  readonly probes: {
    readonly sent: number;
    readonly byOutcome: Readonly<Record<Outcome, number>>;
    /** Failed probes by when they were meant to start: before P1, from P1 to P6, after P6. */
    readonly failedBefore: number;
    readonly failedDuring: number;
    readonly failedAfter: number;
    /** Of those that failed and were meant to start before P1: still open when the fault may have taken effect. */
    readonly failedInFlight: number;
    /** Probes sent before P1 and not complete at P1. */
    readonly inFlightAtFault: number;
  };
  readonly faults: readonly FaultRecord[];
  readonly quality: ProberQuality | null;
  /** What was seen of the loads beside the main one, in the scenario's order. */
  readonly alongside: readonly LoadTrialRecord[];
  /** CPU time that the hypervisor took from the machine while probes were sent, over all cores; null where unknown. */
  readonly stolenMs: number | null;
  /** Milliseconds from the start of the deployment to every readiness check green. */
  readonly deployMs: number | null;
  readonly objectives: Readonly<Record<string, ObjectiveSample>>;
}

export interface FaultRecord {
  readonly kind: string;
  readonly title: string;
  /** Node or link that it acted on; of a fault that consists of several, the first of theirs. */
  readonly target: string;
  /** What a fault that consists of several did to whom, in order; absent when it is one by itself. */
  readonly parts?: readonly FaultPart[];
  readonly injectedNs: string;
  readonly uncertaintyMs: number;
  readonly healedNs: string | null;
  readonly verified: { readonly active: boolean; readonly evidence: string };
}

/** One of the faults that happened together as one. */
export interface FaultPart {
  readonly kind: string;
  /** Node or link that it acted on. */
  readonly target: string;
}

/** An objective over all trials. */
export interface ObjectiveRecord {
  readonly id: string;
  readonly title: string;
  readonly unit: "ms" | "count" | "ratio";
  /** `every trial`, `median`, `p86`. */
  readonly statistic: string;
  /** The bound in words: `within the predicted window ± 5.2 ms`. */
  readonly bound: string;
  /** The same as numbers, where it does not differ from trial to trial. */
  readonly atLeast: number | null;
  readonly atMost: number | null;
  /** How far the bound was widened by the run's own resolution. */
  readonly widenedBy: number;
  readonly predicted: PredictedWindow | null;
  readonly samples: number;
  readonly minimumSamples: number;
  readonly summary: Summary | null;
  readonly verdict: Verdict;
  readonly message: string;
}

/** Order statistics of one measure over the trials that have it. */
export interface Summary {
  readonly n: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
  readonly mean: number;
  readonly standardDeviation: number | null;
  /** Confidence interval of the median from order statistics, with its coverage; null below 6 samples. */
  readonly medianInterval: {
    readonly low: number;
    readonly high: number;
    readonly confidence: number;
  } | null;
  /** If all pass: this quantile is inside with 95 % confidence. */
  readonly supportsQuantile: number;
}

/** Outage against phase, a straight line by least squares: theory says slope −1. */
export interface PhaseFit {
  readonly slope: number;
  readonly interceptMs: number;
  readonly residualStandardDeviationMs: number;
  readonly n: number;
}

export interface RunRecord {
  readonly schema: typeof RECORD_SCHEMA;
  readonly id: string;
  /** `running` until the end; a record left so by a crash is closed as aborted by the next start. */
  readonly status: "running" | "finished";
  /** Process id of the runner. */
  readonly runnerPid: number;
  readonly scenario: {
    readonly id: string;
    readonly sentence: string;
    /** The mechanism that was switched off, when this run is the scenario's control. */
    readonly controlWithout: string | null;
  };
  readonly seed: number;
  readonly command: string;
  /** Wall clock, only a label. */
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly durationMs: number | null;
  readonly verdict: Verdict | null;
  readonly reasons: readonly string[];
  readonly exitCode: number | null;
  readonly topology: Topology;
  /** The load that marks, outage and steady state are seen by. */
  readonly load: LoadRecord;
  /** Further loads beside it. */
  readonly alongside: readonly NamedLoadRecord[];
  /** What ends a trial, heals it, and leaves the rest of the run out: each rule in words. */
  readonly abortRules: readonly string[];
  /** How much may be down at once. */
  readonly blastRadius: {
    /** Nodes at once; null when the scenario sets no number. */
    readonly nodesDown: number | null;
    /** Whether all balancers, or all backends of a pool, may be down at once. */
    readonly allowTotalLoss: boolean;
  };
  readonly faults: readonly {
    readonly title: string;
    readonly atMs: number;
    readonly forMs: number | null;
  }[];
  readonly predictions: readonly PredictedWindow[];
  readonly trialsPlanned: number;
  readonly trials: readonly TrialRecord[];
  readonly objectives: readonly ObjectiveRecord[];
  readonly outage: Summary | null;
  readonly phases: Readonly<Record<PhaseId, Summary | null>>;
  readonly phaseFit: PhaseFit | null;
  readonly fingerprint: Fingerprint;
}

/** What the run ran on. */
export interface Fingerprint {
  readonly environment: "namespace" | "docker";
  readonly kernel: string;
  readonly cpus: number;
  readonly cpuModel: string;
  readonly memoryBytes: number;
  readonly node: string;
  readonly programs: Readonly<Record<string, string>>;
  readonly commit: string | null;
  readonly clean: boolean | null;
  readonly sysctls: Readonly<Record<string, string>>;
  /** Share of CPU time stolen by the hypervisor during the run, 0 to 1. */
  readonly stealShare: number | null;
  readonly loadAverage1m: number;
  readonly user: "root" | "ordinary user";
}
