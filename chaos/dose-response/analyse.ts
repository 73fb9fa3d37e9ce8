import { countedTrials } from "../objectives/trust.ts";
import type { RunRecord, TrialRecord } from "../report/record.ts";
import { summarize } from "../statistics/summary.ts";
import { wilsonInterval } from "../statistics/wilson-interval.ts";
import { movesOf } from "./address-stays.ts";
import type { DisturbanceId, DoseCell } from "./dose.ts";
import { predictedMove } from "./prediction.ts";
import type { DoseRecord, DoseTrial } from "./record.ts";

/** A dose, and the run that gave it. */
export interface MeasuredDose {
  readonly cell: Pick<DoseCell, "id" | "title" | "timers" | "dose">;
  readonly record: RunRecord;
  /** Of its files, from the record's own folder. */
  readonly paths: { readonly record: string; readonly report: string };
}

/** What doses are judged with. */
export interface DoseJudge {
  readonly disturbance: DisturbanceId;
  /** Priority of the balancer that waits, where a run does not tell which one that is. */
  readonly backupPriority: number;
  readonly confidence: number;
  readonly judgedConfidence: number;
}

/** What a run says of its dose. A trial that cannot be trusted is told of and in no number. */
export function analyseDose({ cell, record, paths }: MeasuredDose, judge: DoseJudge): DoseRecord {
  const lateIsEffect = makesProberLate(judge.disturbance, cell.dose);
  const known = countedTrials(record.trials).filter(
    (trial) =>
      movesOf(trial) !== null &&
      trial.verdict !== "aborted" &&
      (trial.verdict !== "invalid" || (lateIsEffect && trial.spoilt)),
  );
  const trials = record.trials.map((trial) => doseTrial(trial, known.includes(trial)));
  const moves = known.map((trial) => movesOf(trial) ?? 0);
  const moved = moves.filter((times) => times > 0).length;
  const counted = known.length;
  const spans = known.map(activeSpans);
  const predicted = meanOf(
    known.map((trial) =>
      predictedMove(
        {
          disturbance: judge.disturbance,
          timers: cell.timers,
          backupPriority: backupPriorityOf(record, trial) ?? judge.backupPriority,
          spansMs: activeSpans(trial),
        },
        cell.dose,
      ),
    ),
  );
  const judged = counted === 0 ? null : wilsonInterval(moved, counted, judge.judgedConfidence);
  const says =
    record.verdict === "pass" ||
    record.verdict === "fail" ||
    (record.verdict === "invalid" && lateIsEffect && counted > 0);
  return {
    title: cell.title,
    dose: cell.dose,
    run: { id: record.id, ...paths },
    runVerdict: record.verdict ?? "aborted",
    says,
    reasons: says ? [] : record.reasons,
    counted,
    notCounted: trials.length - counted,
    moved,
    moves: moves.reduce((sum, times) => sum + times, 0),
    share: counted === 0 ? null : moved / counted,
    interval: counted === 0 ? null : wilsonInterval(moved, counted, judge.confidence),
    judged,
    predicted,
    fits:
      judged === null || predicted === null
        ? null
        : judged.low <= predicted && predicted <= judged.high,
    activeMs: meanOf(spans.map((spansMs) => spansMs.reduce((sum, ms) => sum + ms, 0))),
    firstMove: summarize(
      trials.flatMap((trial) => (trial.counts ? (trial.firstMoveMs ?? []) : [])),
    ),
    trials,
  };
}

function doseTrial(trial: TrialRecord, counts: boolean): DoseTrial {
  const { probes, marks } = trial;
  return {
    index: trial.index,
    counts,
    moves: movesOf(trial),
    firstMoveMs: marks.elected.atMs,
    // What failed before was waited out.
    failed: probes.failedInFlight + probes.failedDuring + probes.failedAfter,
    sent: probes.sent,
    // What a node wrote may follow in further lines; the run's own record has them.
    reasons: counts ? [] : trial.reasons.map((reason) => reason.split("\n", 1)[0] ?? ""),
  };
}

/**
 * Whether a late prober is an effect of the dose and no doubt: loops that take the processors from the
 * balancer take them from the prober as well, and it is not the prober that counts the moves.
 */
export function makesProberLate(disturbance: DisturbanceId, dose: number): boolean {
  return disturbance === "cpu" && dose > 0;
}

/** Of the balancer that did not have the address: either may have become its owner at first. */
function backupPriorityOf({ topology }: RunRecord, { target }: TrialRecord): number | undefined {
  const owners = topology.virtualAddress?.owners ?? [];
  if (!owners.some(({ node }) => node === target)) return undefined;
  return owners.find(({ node }) => node !== target)?.priority;
}

/** How long the dose was really active, each time. */
function activeSpans({ faults }: TrialRecord): readonly number[] {
  return faults.flatMap(({ injectedNs, healedNs }) =>
    healedNs === null ? [] : [Number(BigInt(healedNs) - BigInt(injectedNs)) / 1e6],
  );
}

/** Null when one of them is, and of nothing. */
function meanOf(values: readonly (number | null)[]): number | null {
  const numbers = values.filter((value) => value !== null);
  if (numbers.length < values.length || numbers.length === 0) return null;
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}
