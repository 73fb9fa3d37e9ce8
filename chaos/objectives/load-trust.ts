import type { Environment } from "../environment/environment.ts";
import { peakRatePerSecond } from "../load/arrivals.ts";
import { longestGapMs } from "../load/longest-gap.ts";
import { DEFAULT_ARRIVALS } from "../report/load-record.ts";
import { judgeQuality } from "../measurement/prober-quality.ts";
import type { ProberQuality } from "../measurement/probe.ts";
import type { Load, Scenario } from "../scenario.ts";
import type { TrialObservation } from "../trial.ts";
import { durationOf } from "./check-resolution.ts";

/** What speaks against what one trial measured, by all of its loads. */
export interface TrialTrust {
  /** What the main load can tell apart. */
  readonly resolutionMs: number;
  /** The same of the loads beside it, by their ids. */
  readonly alongsideResolutionMs: Readonly<Record<string, number>>;
  /** Everything that speaks against it; empty when it can be trusted. */
  readonly reasons: readonly string[];
  /** There are reasons, and each of them is that a prober was late. */
  readonly onlyLate: boolean;
}

const NO_ACCOUNT = "the prober gave no account of itself. Look at its own output.";

/**
 * Whether what a trial measured can be trusted: only when every load was sent as it should, and can
 * tell apart what the objectives that speak of it compare with.
 */
export function trustIn(
  scenario: Pick<Scenario, "load" | "alongside" | "objectives" | "steadyState" | "faults">,
  seen: Pick<TrialObservation, "trial" | "alongside" | "baselineFailures">,
  environment: Environment["kind"],
): TrialTrust {
  const { load } = scenario;
  const gapMs = longestGapMs(load, scenario);
  const doubts: {
    readonly reasons: readonly string[];
    readonly onlyLate: boolean;
  }[] = [];
  const judge = (
    quality: ProberQuality | null,
    demand: Omit<Parameters<typeof judgeQuality>[1], "environment">,
    named: (reason: string) => string = (reason) => reason,
  ): number | null => {
    if (quality === null) {
      doubts.push({ reasons: [named(NO_ACCOUNT)], onlyLate: false });
      return null;
    }
    const { valid, reasons, onlyLate, resolutionMs } = judgeQuality(quality, {
      ...demand,
      environment,
    });
    if (!valid) doubts.push({ reasons: reasons.map(named), onlyLate });
    return resolutionMs;
  };
  const resolutionMs = judge(seen.trial.quality, {
    smallestBoundMs: smallestBoundMs(scenario.objectives),
    ratePerSecond: peakOf(load),
    gapMs,
    baselineFailures: seen.baselineFailures,
  });
  const alongsideResolutionMs: Record<string, number> = {};
  for (const { record, baselineFailures } of seen.alongside) {
    const { id, quality } = record;
    const declared = scenario.alongside?.find((one) => one.id === id);
    const ownGapMs = longestGapMs(declared ?? load, scenario);
    const ownMs = judge(
      quality,
      {
        smallestBoundMs: smallestBoundMs(scenario.objectives, id),
        ratePerSecond: peakOf(declared ?? load),
        gapMs: ownGapMs,
        baselineFailures,
      },
      (reason) => `load ${id}: ${reason}`,
    );
    alongsideResolutionMs[id] = ownMs ?? ownGapMs;
  }
  return {
    resolutionMs: resolutionMs ?? gapMs,
    alongsideResolutionMs,
    reasons: doubts.flatMap(({ reasons }) => reasons),
    onlyLate: doubts.length > 0 && doubts.every((doubt) => doubt.onlyLate),
  };
}

/** The highest rate of a load, requests per second. */
function peakOf({ ratePerSecond, arrivals = DEFAULT_ARRIVALS }: Load): number {
  return peakRatePerSecond({ ratePerSecond, arrivals, seed: 0 });
}

/** The smallest duration that the objectives of a load compare with: its resolution must be well below it. */
function smallestBoundMs(objectives: Scenario["objectives"], load?: string): number | null {
  const bounds = objectives
    .filter(({ of }) => of === load)
    .map(durationOf)
    .filter((boundMs) => boundMs !== null);
  return bounds.length === 0 ? null : Math.min(...bounds);
}
