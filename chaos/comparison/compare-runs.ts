import { median } from "simple-statistics";
import { bootstrapInterval, middleOf } from "../statistics/bootstrap.ts";
import { a12Of, cliffsDelta, effectSize } from "../statistics/effect-size.ts";
import { equivalencePValue } from "../statistics/equivalence.ts";
import { shiftOfPairs } from "../statistics/hodges-lehmann.ts";
import { deriveSeed } from "../statistics/random.ts";
import { CONFIDENCE } from "../statistics/what-n-supports.ts";
import { wilcoxonSignedRank } from "../statistics/wilcoxon.ts";
import type { Metric } from "./metric.ts";
import type { AgainstBaseline, RunValues, Spread } from "./record.ts";

const SIGNIFICANT = 1 - CONFIDENCE;

/** The values of two policies in those repetitions in which both have one. */
export interface Pairs {
  readonly own: readonly number[];
  readonly other: readonly number[];
  /** Own less other. */
  readonly differences: readonly number[];
}

/** Pairs the runs of two policies by their repetition. */
export function differencesOf(
  own: readonly RunValues[],
  other: readonly RunValues[],
  metric: Metric,
): Pairs {
  const byRepetition = new Map(other.map((run) => [run.repetition, metric.valueOf(run)]));
  const pairs = own.flatMap((run) => {
    const [one, two] = [metric.valueOf(run), byRepetition.get(run.repetition) ?? null];
    return one === null || two === null ? [] : [[one, two] as const];
  });
  return {
    own: pairs.map(([one]) => one),
    other: pairs.map(([, two]) => two),
    differences: pairs.map(([one, two]) => one - two),
  };
}

/** Whether two policies share a rank: no difference was found, or only one within the margin. */
export function isTied({ differences, other }: Pairs, metric: Metric, seed: number): boolean {
  if (differences.length === 0) return false;
  const { low, high } = intervalOf(differences, seed);
  if (low <= 0 && high >= 0) return true;
  return equivalencePValue(differences, metric.marginAt(median([...other]))) <= SIGNIFICANT;
}

/** A comparison with the baseline that only waits for the correction of its p-value. */
export interface Uncorrected {
  readonly pValue: number;
  readonly judged: (correctedPValue: number) => AgainstBaseline;
}

/** Compares a policy with the baseline; null without pairs. */
export function againstBaseline(pairs: Pairs, metric: Metric, seed: number): Uncorrected | null {
  const { own, other, differences } = pairs;
  if (differences.length === 0) return null;
  const { pValue } = wilcoxonSignedRank(differences);
  const shift = shiftOfPairs(differences);
  const delta = cliffsDelta(own, other);
  const equivalence = equivalencePValue(differences, metric.marginAt(median([...other])));
  return {
    pValue,
    judged: (correctedPValue) => ({
      median: median([...differences]),
      ...intervalOf(differences, seed),
      shift,
      pValue,
      correctedPValue,
      delta,
      a12: a12Of(delta),
      effect: effectSize(delta),
      equivalencePValue: equivalence,
      verdict: verdictOf(shift, correctedPValue, equivalence),
    }),
  };
}

/** How the metric spreads over the repetitions; null without values. */
export function spreadOf(runs: readonly RunValues[], metric: Metric, seed: number): Spread | null {
  const values = runs.flatMap((run) => metric.valueOf(run) ?? []);
  if (values.length === 0) return null;
  return {
    min: Math.min(...values),
    median: median(values),
    max: Math.max(...values),
    ...intervalOf(values, seed),
  };
}

function verdictOf(
  shift: number,
  correctedPValue: number,
  equivalence: number,
): AgainstBaseline["verdict"] {
  if (equivalence <= SIGNIFICANT) return "alike";
  if (correctedPValue > SIGNIFICANT) return "unclear";
  return shift < 0 ? "better" : "worse";
}

function intervalOf(values: readonly number[], seed: number) {
  return bootstrapInterval(values, middleOf, deriveSeed(seed, "bootstrap"));
}
