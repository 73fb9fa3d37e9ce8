import type { EffectSize } from "../statistics/effect-size.ts";
import type { Failures } from "../simulation/run-result.ts";
import type { ModelInput } from "../simulation/model.ts";
import type { MetricId } from "./metric.ts";
import type { Simplicity } from "./simplicity.ts";

/** The name and version of a comparison's record. */
export const COMPARISON_RECORD_SCHEMA = "evenkeel.comparison/1";

/** A finished comparison: every number that a report shows is in here. */
export interface ComparisonRecord {
  readonly schema: typeof COMPARISON_RECORD_SCHEMA;
  readonly id: string;
  /** Wall clock, a label only. */
  readonly startedAt: string;
  /** What repeats it. */
  readonly command: string;
  readonly seed: number;
  /** Runs of each cell; the unit of all statistics. */
  readonly repetitions: number;
  readonly metric: MetricId;
  /** Whom the others are compared with. */
  readonly baseline: string;
  /** Whether live traffic took backends out, in every cell. */
  readonly outlierDetection: boolean;
  /** The fewest repetitions with which any of so many comparisons could be significant. */
  readonly leastRepetitions: number;
  readonly policies: readonly (Simplicity & { readonly policy: string })[];
  readonly faults: readonly FaultResult[];
  readonly overall: Overall;
  /** Null when everything is simulated. */
  readonly live: LiveSummary | null;
}

/** All policies under one fault. */
export interface FaultResult {
  readonly id: string;
  readonly title: string;
  readonly hypothesis: string;
  /** What was simulated, as `evenkeel simulate` takes it. */
  readonly model: ModelInput;
  /** In the order of the policies. */
  readonly cells: readonly Cell[];
  /** Those that share the first rank. */
  readonly best: readonly string[];
  /** The simplest of them. */
  readonly simplest: string;
  /** How many others share the first rank with it. */
  readonly tiedWith: number;
}

/** Over all faults: who is among the best most often. */
export interface Overall {
  /** The simplest of those that are among the best in most faults. */
  readonly policy: string;
  readonly bestIn: number;
  readonly faults: number;
}

/** One policy under one fault. */
export interface Cell {
  readonly policy: string;
  /** 1 is the best; those between whom there is no difference share one. Null without values. */
  readonly rank: number | null;
  /** Of the metric, over the repetitions; null when no run has one. */
  readonly value: Spread | null;
  /** Medians over the repetitions. */
  readonly failedShare: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** Null for the baseline itself. */
  readonly againstBaseline: AgainstBaseline | null;
  readonly runs: readonly RunValues[];
  readonly live: LiveCell | null;
}

/** How values spread. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
  /** Bootstrap interval of the median, 95 %. */
  readonly low: number;
  readonly high: number;
}

/** One policy compared with the baseline, pair by pair of repetitions. */
export interface AgainstBaseline {
  /** Metric less that of the baseline: the median of the differences. Below 0 is better. */
  readonly median: number;
  /** Bootstrap interval of that median, 95 %. */
  readonly low: number;
  readonly high: number;
  /** Hodges and Lehmann's shift. */
  readonly shift: number;
  /** Wilcoxon's signed-rank test. */
  readonly pValue: number;
  /** The same after Holm's correction for all comparisons under this fault. */
  readonly correctedPValue: number;
  /** Cliff's delta, above 0 when values are higher than the baseline's. */
  readonly delta: number;
  readonly a12: number;
  readonly effect: EffectSize;
  /** Of the two one-sided tests that the difference is within the margin. */
  readonly equivalencePValue: number;
  /** `alike`: within the margin for sure; `unclear`: neither that nor a difference was found. */
  readonly verdict: "better" | "worse" | "alike" | "unclear";
}

/** What one run measured. */
export interface RunValues {
  readonly repetition: number;
  readonly seed: number;
  readonly requests: number;
  readonly failed: Failures;
  readonly failedShare: number | null;
  readonly meanMs: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
}

/** The same cell in a real lab, beside what was simulated. */
export interface LiveCell {
  readonly runs: readonly RunValues[];
  /** Median of the metric. */
  readonly median: number | null;
  /** Live less simulated: Hodges and Lehmann's shift between the two samples. */
  readonly delta: number | null;
  /** Of Mann and Whitney's U test between the two samples. */
  readonly pValue: number | null;
}

/** What was run live. */
export interface LiveSummary {
  readonly budgetMs: number;
  readonly spentMs: number;
  readonly trials: number;
  /** Trials that could not be measured, and why. */
  readonly failed: readonly {
    readonly fault: string;
    readonly policy: string;
    readonly reason: string;
  }[];
  /** Cells that cannot be run live, and why. */
  readonly left: readonly { readonly what: string; readonly reason: string }[];
  /** Median of live less simulated over all live cells. */
  readonly medianDelta: number | null;
}
