import { countedTrials } from "../objectives/trust.ts";
import { MARKS, type RunRecord, type TrialRecord } from "../report/record.ts";
import { nearestRank } from "../statistics/quantile.ts";
import { summarize } from "../statistics/summary.ts";
import { supportedQuantile } from "../statistics/what-n-supports.ts";
import type { FailoverCell } from "./cell.ts";
import type { CellMark, CellRecord, CellTrial } from "./record.ts";

/** Those that a report may name, if the trials support them. */
const QUANTILES = [0.5, 0.75, 0.8, 0.9, 0.95, 0.99] as const;

/** A cell, and the run that measured it. */
export interface MeasuredCell {
  readonly cell: Pick<FailoverCell, "id" | "title" | "explanation" | "predicted"> & {
    readonly scenario: Pick<FailoverCell["scenario"], "observeMs">;
  };
  readonly record: RunRecord;
  /** Of its files, from the report's own folder. */
  readonly paths: { readonly record: string; readonly report: string };
}

/** What a run says of its cell. A trial that cannot be trusted is told of and in no number. */
export function analyseCell({ cell, record, paths }: MeasuredCell): CellRecord {
  const counting = new Set(
    countedTrials(record.trials).filter(
      ({ verdict }) => verdict !== "invalid" && verdict !== "aborted",
    ),
  );
  const trials = record.trials.map((trial) =>
    cellTrial(trial, counting.has(trial), cell.scenario.observeMs),
  );
  const counted = trials.filter(({ counts }) => counts);
  const outages = counted.flatMap(({ outageMs }) => outageMs ?? []);
  const failed = counted.map((trial) => trial.failed);
  const periods = [...counting].flatMap(({ phase }) => phase.periodMs ?? []);
  return {
    id: cell.id,
    title: cell.title,
    explanation: cell.explanation,
    run: { id: record.id, ...paths },
    verdict: record.verdict ?? "aborted",
    reasons: record.reasons,
    predicted: cell.predicted.outage,
    without: cell.predicted.without,
    marks: marksOf([...counting], cell),
    outage: summarize(outages),
    percentiles: percentilesOf(outages, counted.length),
    phaseFit: record.phaseFit,
    periodMs: summarize(periods)?.median ?? null,
    counted: counted.length,
    notCounted: trials.length - counted.length,
    notOver: counted.filter(({ outageMs }) => outageMs === null).length,
    probes: {
      sent: counted.reduce((sum, { sent }) => sum + sent, 0),
      failed: failed.reduce((sum, one) => sum + one, 0),
    },
    failed: summarize(failed),
    trials,
  };
}

function cellTrial(trial: TrialRecord, counts: boolean, observeMs: number): CellTrial {
  const { probes, marks, outage, phase } = trial;
  return {
    index: trial.index,
    verdict: trial.verdict,
    counts,
    phaseMs: phase.achieved.value,
    outageMs: outage.value,
    // Something failed, and nothing succeeded for as long as was observed.
    atLeastMs: outage.value !== null || marks.impact.atMs === null ? null : observeMs,
    // What failed before was waited out.
    failed: probes.failedInFlight + probes.failedDuring + probes.failedAfter,
    sent: probes.sent,
    reasons: trial.reasons,
  };
}

/** P2 to P6 over the trials that count. */
function marksOf(trials: readonly TrialRecord[], { predicted }: MeasuredCell["cell"]): CellMark[] {
  const wanted = MARKS.filter((name) => !["armed", "injected", "stable"].includes(name));
  return wanted.map((name) => {
    const marks = trials.map((trial) => trial.marks[name]);
    const missing = marks.find(({ atMs }) => atMs === null);
    const summary = summarize(marks.flatMap(({ atMs }) => atMs ?? []));
    return {
      name,
      summary,
      predicted: predicted.marks[name] ?? null,
      reason:
        summary !== null
          ? null
          : missing?.atMs === null
            ? missing.reason
            : "no trial can be trusted",
    };
  });
}

/** Of nothing where a trial has no end: its place in the order is known, its value is not. */
function percentilesOf(outages: readonly number[], counted: number): CellRecord["percentiles"] {
  if (counted === 0 || outages.length < counted) return [];
  const most = supportedQuantile(counted);
  return QUANTILES.filter((q) => q <= most).map((q) => ({ q, valueMs: nearestRank(outages, q) }));
}
