import { differencesBetween } from "../../differences.ts";
import { WrongUse } from "../../errors.ts";
import { holm } from "../../statistics/holm.ts";
import { mannWhitneyU } from "../../statistics/mann-whitney.ts";
import { shiftInterval } from "../../statistics/shift-interval.ts";
import { CONFIDENCE } from "../../statistics/what-n-supports.ts";
import type { RunRecord } from "../record.ts";
import { measuresOf, type ComparedMeasure, type SharedMeasure } from "./measures.ts";
import { conclusionOf } from "./words.ts";
import { settingsOf, type Setting } from "./settings.ts";

/**
 * Two runs of one scenario side by side. Reports print its numbers by JSON pointers into the whole:
 * `/first/…` and `/second/…` lead into the records, `/measures/…` to what was computed from both.
 */
export interface RunComparison {
  readonly schema: "evenkeel.run-comparison/1";
  readonly first: RunRecord;
  readonly second: RunRecord;
  readonly measures: readonly ComparedMeasure[];
  /** What was found over all measures, in a sentence. */
  readonly conclusion: string;
  /** What is not the same in both, apart from what was measured. */
  readonly settings: readonly Setting[];
  /** Where the topologies differ, a line each. */
  readonly topology: readonly string[];
}

/**
 * Compares two runs, objective by objective and phase by phase.
 *
 * @throws WrongUse when they are one run, or runs of different scenarios
 */
export function compareRuns(first: RunRecord, second: RunRecord): RunComparison {
  requireSameScenario(first, second);
  const shared = measuresOf(first, second);
  const pValues = shared.map(pValueOf);
  const adjusted = holm(pValues.filter((pValue) => pValue !== null));
  let told = 0;
  const measures = shared.map((measure, index): ComparedMeasure => {
    const found = shiftInterval(measure.second.values, measure.first.values);
    if (pValues[index] === null || found === null) {
      return { ...measure, difference: null, finding: "too few" };
    }
    const pValue = adjusted[told] ?? 1;
    told += 1;
    const clear = pValue <= 1 - CONFIDENCE + 1e-12 && found.shift !== 0;
    const finding = !clear ? "not clear" : found.shift > 0 ? "higher" : "lower";
    return { ...measure, difference: { ...found, pValue }, finding };
  });
  return {
    schema: "evenkeel.run-comparison/1",
    first,
    second,
    measures,
    conclusion: conclusionOf(measures),
    settings: settingsOf(first, second),
    topology: differencesBetween(first.topology, second.topology, ["first", "second"]),
  };
}

/** Null when there are too few values for any difference to be clear. */
function pValueOf({ first, second }: SharedMeasure): number | null {
  if (shiftInterval(second.values, first.values) === null) return null;
  return mannWhitneyU(second.values, first.values).pValue;
}

function requireSameScenario(first: RunRecord, second: RunRecord): void {
  if (first.id === second.id) {
    throw new WrongUse(
      `Both are the run ${first.id}`,
      `Run it again with "evenkeel replay", and compare with that.`,
    );
  }
  const [one, other] = [wordsOf(first), wordsOf(second)];
  if (one === other) return;
  throw new WrongUse(
    `${first.id} ran ${one}, and ${second.id} ran ${other}: what differs between them says nothing about either`,
    `Name two runs of one scenario; "evenkeel replay <run>" makes a second one.`,
  );
}

function wordsOf({ scenario: { id, controlWithout } }: RunRecord): string {
  return controlWithout === null ? id : `the control of ${id} without ${controlWithout}`;
}
