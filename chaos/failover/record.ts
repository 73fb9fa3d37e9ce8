import type { PredictedWindow } from "../measurement/predicted-window.ts";
import type { Fingerprint, MarkName, PhaseFit, Summary, Verdict } from "../report/record.ts";

/** The record of a failover report, `failover.json`: everything that its pages show. */
export const FAILOVER_RECORD_SCHEMA = "evenkeel.failover/1";

/** Several ways to lose a balancer, measured on one pair with the same timers. */
export interface FailoverRecord {
  readonly schema: typeof FAILOVER_RECORD_SCHEMA;
  readonly id: string;
  /** Wall clock, only a label. */
  readonly startedAt: string;
  readonly command: string;
  readonly seed: number;
  /** Of each cell. */
  readonly trials: number;
  readonly timers: {
    readonly advertIntervalMs: number;
    readonly priorities: readonly [number, number];
  };
  /** What failover is commonly promised to take. */
  readonly promised: { readonly lowMs: number; readonly highMs: number };
  /** The worst of the cells. */
  readonly verdict: Verdict;
  readonly exitCode: number;
  readonly cells: readonly CellRecord[];
  /** Cells that were wanted and not run, because it was stopped. */
  readonly notRun: readonly string[];
  /** Cells that what is deployed cannot have, and why. */
  readonly left: readonly {
    readonly id: string;
    readonly title: string;
    readonly reason: string;
  }[];
  readonly fingerprint: Fingerprint | null;
}

/** What one cell measured. Only trials that can be trusted are in its numbers. */
export interface CellRecord {
  readonly id: string;
  readonly title: string;
  readonly explanation: string;
  /** The experiment that this is a summary of, by paths from the report's own folder. */
  readonly run: {
    readonly id: string;
    readonly record: string;
    readonly report: string;
  };
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  /** Null when theory names no end; `without` says why. */
  readonly predicted: PredictedWindow | null;
  readonly without: string;
  /** P2 to P6, in order, each from P1 on. */
  readonly marks: readonly CellMark[];
  readonly outage: Summary | null;
  /** As far as so many trials support them, none beyond. */
  readonly percentiles: readonly { readonly q: number; readonly valueMs: number }[];
  readonly phaseFit: PhaseFit | null;
  /** Length of the period over which the faults were spread; null where no heartbeat decides. */
  readonly periodMs: number | null;
  readonly counted: number;
  readonly notCounted: number;
  /** Trials that count whose outage was not over when observation ended. */
  readonly notOver: number;
  /** Over all trials that count. */
  readonly probes: { readonly sent: number; readonly failed: number };
  /** Failed requests of a trial. */
  readonly failed: Summary | null;
  readonly trials: readonly CellTrial[];
}

/** When one mark came. */
export interface CellMark {
  readonly name: MarkName;
  readonly summary: Summary | null;
  readonly predicted: PredictedWindow | null;
  /** Why there is none, when no trial has it. */
  readonly reason: string | null;
}

/** One trial, also one that does not count. */
export interface CellTrial {
  readonly index: number;
  readonly verdict: Verdict;
  /** Whether it is in the numbers. */
  readonly counts: boolean;
  readonly phaseMs: number | null;
  readonly outageMs: number | null;
  /** Not over after so long; null when it was, or when that is not known. */
  readonly atLeastMs: number | null;
  readonly failed: number;
  readonly sent: number;
  /** Why it did not pass. */
  readonly reasons: readonly string[];
}
