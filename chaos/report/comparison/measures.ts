import { isDeepStrictEqual } from "node:util";
import type { ShiftInterval } from "../../statistics/shift-interval.ts";
import { summarize } from "../../statistics/summary.ts";
import {
  PHASES,
  type Measured,
  type ObjectiveRecord,
  type RunRecord,
  type Summary,
  type TrialRecord,
  type Verdict,
} from "../record.ts";

/** What one run has of a measure. */
export interface SideOfMeasure {
  /** One a trial that counts. */
  readonly values: readonly number[];
  readonly summary: Summary | null;
  /** Of the objective; null for what is no objective, or was not judged. */
  readonly verdict: Verdict | null;
}

/** Something that both runs measured in every trial. */
export interface SharedMeasure {
  readonly kind: "objective" | "outage" | "phase";
  readonly id: string;
  readonly title: string;
  readonly unit: ObjectiveRecord["unit"];
  readonly first: SideOfMeasure;
  readonly second: SideOfMeasure;
}

/** The same with what lies between the two. */
export interface ComparedMeasure extends SharedMeasure {
  /**
   * How much higher the second run lies, with its 95 % interval, and the p-value as if this were the
   * only comparison; null when there are too few trials to tell anything.
   */
  readonly difference: (ShiftInterval & { readonly pValue: number }) | null;
  readonly finding: Finding;
}

/** What may be said of the second run beside the first. */
export type Finding = "higher" | "lower" | "not clear" | "too few";

/** Objectives that both runs have, then the outage and the phases that either of them measured. */
export function measuresOf(first: RunRecord, second: RunRecord): readonly SharedMeasure[] {
  const objectives = first.objectives.flatMap((one): SharedMeasure[] => {
    const { id, title, unit } = one;
    const other = second.objectives.find((objective) => objective.id === id);
    // In another unit it is another measure.
    if (other === undefined || other.unit !== unit) return [];
    const side = (record: RunRecord, objective: ObjectiveRecord): SideOfMeasure => {
      const values = valuesOf(record, (trial) => sampleOf(trial, id));
      return { values, summary: summarize(values), verdict: objective.verdict };
    };
    return [
      { kind: "objective", id, title, unit, first: side(first, one), second: side(second, other) },
    ];
  });
  const timings: SharedMeasure[] = [
    timing("outage", "outage", "Outage", [first, second], ({ outage }) => outage),
    ...PHASES.map(({ id }) =>
      timing("phase", id, `${id} phase`, [first, second], ({ phases }) => phases[id]),
    ),
  ];
  const measured = timings.filter(
    (timing) =>
      timing.first.values.length + timing.second.values.length > 0 &&
      !objectives.some((objective) => isSame(objective, timing)),
  );
  return [...objectives, ...measured];
}

/** An objective that is the outage itself would stand there twice. */
function isSame(one: SharedMeasure, other: SharedMeasure): boolean {
  return (
    isDeepStrictEqual(one.first.values, other.first.values) &&
    isDeepStrictEqual(one.second.values, other.second.values)
  );
}

function timing(
  kind: "outage" | "phase",
  id: string,
  title: string,
  [first, second]: readonly [RunRecord, RunRecord],
  of: (trial: TrialRecord) => Measured,
): SharedMeasure {
  const side = (record: RunRecord): SideOfMeasure => {
    const values = valuesOf(record, of);
    return { values, summary: summarize(values), verdict: null };
  };
  return { kind, id, title, unit: "ms", first: side(first), second: side(second) };
}

/** Values of the trials that count: those of an invalid one are in no summary either. */
function valuesOf(
  { trials }: RunRecord,
  of: (trial: TrialRecord) => Measured | null,
): readonly number[] {
  return trials.flatMap((trial) => {
    const value = trial.verdict === "invalid" ? null : (of(trial)?.value ?? null);
    return value === null ? [] : [value];
  });
}

function sampleOf(trial: TrialRecord, id: string): Measured | null {
  const sample = trial.objectives[id];
  return sample === undefined || sample.verdict === "inconclusive" ? null : sample.measured;
}
