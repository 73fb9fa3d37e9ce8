import { median } from "simple-statistics";
import { deriveSeed } from "../statistics/random.ts";
import { summarize } from "../statistics/summary.ts";
import type { Model } from "./model.ts";
import { policyMaker } from "./policy-spec.ts";
import type { RunResult } from "./run-result.ts";
import { simulate } from "./simulate.ts";

/** What is compared. */
export interface ComparisonPlan {
  readonly model: Model;
  /** The first one is what the others are compared with. */
  readonly policies: readonly string[];
  readonly seed: number;
  /** Runs of each policy. Within one all policies get the same arrivals, work and keys. */
  readonly repetitions: number;
}

/** One policy's results over all repetitions. */
export interface PolicySummary {
  readonly policy: string;
  readonly runs: readonly RunResult[];
  /** Medians over the repetitions; null where no repetition has a value. */
  readonly successShare: number | null;
  readonly meanMs: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly p999Ms: number | null;
  readonly maxOverMean: number | null;
  readonly mostInFlight: number | null;
  /**
   * p99 less that of the first policy, repetition by repetition: the median, and its 95 % interval
   * from 6 repetitions on. Null for the first policy itself, and where a p99 is missing.
   */
  readonly p99Difference: {
    readonly medianMs: number;
    readonly interval: { readonly low: number; readonly high: number } | null;
  } | null;
}

/**
 * Runs every policy under the same seeds. Each run is as if it were alone, so the order of policies
 * changes nothing but whom they are compared with.
 *
 * @param onProgress called before each run, and after the last, with how many are done
 * @throws WrongUse before the first run when there is no such policy, or none for so many backends
 */
export function compare(
  { model, policies, seed, repetitions }: ComparisonPlan,
  onProgress: (done: number) => void = () => undefined,
): PolicySummary[] {
  for (const policy of policies) policyMaker(policy, model);
  const runs = policies.map((): RunResult[] => []);
  let done = 0;
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const ofRepetition = deriveSeed(seed, "repetition", repetition);
    for (const [index, policy] of policies.entries()) {
      onProgress(done);
      runs[index]?.push(simulate(model, policy, ofRepetition));
      done += 1;
    }
  }
  onProgress(done);
  return policies.map((policy, index) => summaryOf(policy, runs[index] ?? [], runs[0] ?? []));
}

function summaryOf(
  policy: string,
  runs: readonly RunResult[],
  baseline: readonly RunResult[],
): PolicySummary {
  const over = (value: (run: RunResult) => number | null): number | null => {
    const values = runs.flatMap((run) => value(run) ?? []);
    return values.length === 0 ? null : median(values);
  };
  return {
    policy,
    runs,
    successShare: over(({ succeeded, requests }) => (requests === 0 ? null : succeeded / requests)),
    meanMs: over(({ waiting }) => waiting.meanMs),
    p50Ms: over(({ waiting }) => waiting.p50Ms),
    p99Ms: over(({ waiting }) => waiting.p99Ms),
    p999Ms: over(({ waiting }) => waiting.p999Ms),
    maxOverMean: over(({ balance }) => balance.maxOverMean),
    mostInFlight: over(({ balance }) => balance.mostInFlight),
    p99Difference: runs === baseline ? null : differenceOf(runs, baseline),
  };
}

function differenceOf(
  runs: readonly RunResult[],
  baseline: readonly RunResult[],
): PolicySummary["p99Difference"] {
  const differences = runs.flatMap((run, repetition) => {
    const [own, other] = [run.waiting.p99Ms, baseline[repetition]?.waiting.p99Ms ?? null];
    return own === null || other === null ? [] : [own - other];
  });
  const summary = summarize(differences);
  if (summary === null) return null;
  const { median: medianMs, medianInterval: interval } = summary;
  return {
    medianMs,
    interval: interval === null ? null : { low: interval.low, high: interval.high },
  };
}
