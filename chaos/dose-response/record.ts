import type { ExitCode } from "../exit-code.ts";
import type { Fingerprint, Summary, Verdict } from "../report/record.ts";
import type { ProportionInterval } from "../statistics/wilson-interval.ts";
import type { DisturbanceId, DisturbanceWords, DoseTimers } from "./dose.ts";

/** The record of a dose-response, `dose-response.json`: everything that its pages show. */
export const DOSE_RESPONSE_RECORD_SCHEMA = "evenkeel.dose-response/1";

/** How likely the floating address is to move although nobody died, by the dose of a disturbance. */
export interface DoseResponseRecord {
  readonly schema: typeof DOSE_RESPONSE_RECORD_SCHEMA;
  readonly id: string;
  /** Wall clock, only a label. */
  readonly startedAt: string;
  readonly command: string;
  readonly seed: number;
  /** Of each dose. */
  readonly trials: number;
  readonly disturbance: DisturbanceWords & { readonly id: DisturbanceId };
  /** How long each trial was meant to be disturbed. */
  readonly exposureMs: number;
  readonly priorities: readonly [number, number];
  /** Of the interval at each dose. */
  readonly confidence: number;
  /** Of the wider interval by which theory is judged, so that all of them together have `confidence`. */
  readonly judgedConfidence: number;
  /** Time that the runs might take; null without a limit. */
  readonly budgetMs: number | null;
  readonly verdict: Verdict;
  readonly exitCode: ExitCode;
  /** Why it is no pass. */
  readonly reasons: readonly string[];
  /** One for each of the timers. */
  readonly curves: readonly CurveRecord[];
  /** Doses that were wanted and not run. */
  readonly left: readonly LeftDose[];
  readonly fingerprint: Fingerprint | null;
}

/** A dose that was wanted and not run. */
export interface LeftDose {
  readonly title: string;
  readonly reason: string;
}

/** All doses under the same timers. */
export interface CurveRecord {
  readonly id: string;
  /** `100 ms × 3`. */
  readonly title: string;
  readonly timers: DoseTimers;
  /** Without an advert for so long, the peer takes the address. */
  readonly silenceMs: number;
  /** In rising order. */
  readonly doses: readonly DoseRecord[];
  /** What theory says between the doses too; null when it says nothing. */
  readonly predicted: readonly { readonly dose: number; readonly share: number }[] | null;
}

/** What one dose did. Only trials that can be trusted are in its numbers. */
export interface DoseRecord {
  readonly title: string;
  /** A share of 0 to 1, or a number of busy loops. */
  readonly dose: number;
  /** The experiment that this is a summary of, by paths from the record's own folder. */
  readonly run: { readonly id: string; readonly record: string; readonly report: string };
  /** What the run says of its own promise, that the address stays. */
  readonly runVerdict: Verdict;
  /** Whether the run can be trusted to tell how often the address moved. */
  readonly says: boolean;
  /** Why it cannot; none when it can. */
  readonly reasons: readonly string[];
  readonly counted: number;
  readonly notCounted: number;
  /** Trials in which the address moved. */
  readonly moved: number;
  /** Times that it moved, over all trials. */
  readonly moves: number;
  /** `moved` of `counted`; null without a trial that counts. */
  readonly share: number | null;
  readonly interval: ProportionInterval | null;
  /** The same, so wide that all doses together are as certain. */
  readonly judged: ProportionInterval | null;
  /** By theory, for the doses as they were really applied; null when it says nothing. */
  readonly predicted: number | null;
  /** Whether theory lies within `judged`; null when either is missing. */
  readonly fits: boolean | null;
  /** How long the dose was active in a trial, on average; null without a trial that counts. */
  readonly activeMs: number | null;
  /** From the first moment of the dose to the first move, over the trials with one. */
  readonly firstMove: Summary | null;
  readonly trials: readonly DoseTrial[];
}

/** One trial, also one that does not count. */
export interface DoseTrial {
  readonly index: number;
  readonly counts: boolean;
  /** How often the address moved; null when that is not known. */
  readonly moves: number | null;
  readonly firstMoveMs: number | null;
  /** Requests that failed, and all that were sent. */
  readonly failed: number;
  readonly sent: number;
  /** Why it does not count. */
  readonly reasons: readonly string[];
}
