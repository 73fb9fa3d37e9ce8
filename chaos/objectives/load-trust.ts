import type { Environment } from "../environment/environment.ts";
import { judgeQuality } from "../measurement/prober-quality.ts";
import type { ProberQuality } from "../measurement/probe.ts";
import type { Scenario } from "../scenario.ts";
import type { TrialObservation } from "../trial.ts";

/** What speaks against what one trial measured, by all of its loads. */
export interface TrialTrust {
  /** What the main load can tell apart. */
  readonly resolutionMs: number;
  /** Everything that speaks against it; empty when it can be trusted. */
  readonly reasons: readonly string[];
  /** There are reasons, and each of them is that a prober was late. */
  readonly onlyLate: boolean;
  /** How late the latest probe was, of the loads that were late. */
  readonly lagMaxMs: number;
}

const NO_ACCOUNT = "the prober gave no account of itself. Look at its own output.";

/**
 * Whether what a trial measured can be trusted: only when every load was sent as it should. The bounds
 * of the objectives are judged with the resolution of the main one.
 */
export function trustIn(
  scenario: Pick<Scenario, "load" | "alongside">,
  seen: Pick<TrialObservation, "trial" | "alongside" | "baselineFailures">,
  environment: Environment["kind"],
  smallestBoundMs: number | null,
): TrialTrust {
  const { load } = scenario;
  const doubts: {
    readonly reasons: readonly string[];
    readonly onlyLate: boolean;
    readonly lagMaxMs: number;
  }[] = [];
  const judge = (
    quality: ProberQuality | null,
    demand: Omit<Parameters<typeof judgeQuality>[1], "environment">,
    named: (reason: string) => string = (reason) => reason,
  ): number | null => {
    if (quality === null) {
      doubts.push({ reasons: [named(NO_ACCOUNT)], onlyLate: false, lagMaxMs: 0 });
      return null;
    }
    const { valid, reasons, onlyLate, resolutionMs } = judgeQuality(quality, {
      ...demand,
      environment,
    });
    if (!valid) doubts.push({ reasons: reasons.map(named), onlyLate, lagMaxMs: quality.lagMaxMs });
    return resolutionMs;
  };
  const resolutionMs = judge(seen.trial.quality, {
    smallestBoundMs,
    ratePerSecond: load.ratePerSecond,
    baselineFailures: seen.baselineFailures,
  });
  for (const { record, baselineFailures } of seen.alongside) {
    const { id, quality } = record;
    const declared = scenario.alongside?.find((one) => one.id === id);
    judge(
      quality,
      {
        smallestBoundMs: null,
        ratePerSecond: declared?.ratePerSecond ?? load.ratePerSecond,
        baselineFailures,
      },
      (reason) => `load ${id}: ${reason}`,
    );
  }
  return {
    resolutionMs: resolutionMs ?? 1_000 / load.ratePerSecond,
    reasons: doubts.flatMap(({ reasons }) => reasons),
    onlyLate: doubts.length > 0 && doubts.every((doubt) => doubt.onlyLate),
    lagMaxMs: Math.max(0, ...doubts.map((doubt) => doubt.lagMaxMs)),
  };
}
