import { median } from "simple-statistics";
import { differencesOf, isTied } from "./compare-runs.ts";
import type { Metric } from "./metric.ts";
import type { RunValues } from "./record.ts";
import { simplicityOf } from "./simplicity.ts";

/** A policy and its runs. */
interface Runner {
  readonly policy: string;
  readonly runs: readonly RunValues[];
}

/**
 * Ranks with ties, as in sports: 1, 1, 3. In the order of their medians, each policy is compared with
 * the first of the rank before it and shares that rank unless it differs.
 *
 * @returns by policy; those without values are left out
 */
export function shareRanks(
  runners: readonly Runner[],
  metric: Metric,
  seed: number,
): ReadonlyMap<string, number> {
  const inOrder = runners
    .flatMap((runner) => {
      const values = runner.runs.flatMap((run) => metric.valueOf(run) ?? []);
      return values.length === 0 ? [] : [{ ...runner, median: median(values) }];
    })
    .sort(
      (one, other) =>
        one.median - other.median ||
        simplicityOf(one.policy).place - simplicityOf(other.policy).place,
    );
  const ranks = new Map<string, number>();
  let first = inOrder[0];
  let rank = 1;
  for (const [index, runner] of inOrder.entries()) {
    if (first !== undefined && runner !== first) {
      const pairs = differencesOf(runner.runs, first.runs, metric);
      if (!isTied(pairs, metric, seed)) [first, rank] = [runner, index + 1];
    }
    ranks.set(runner.policy, rank);
  }
  return ranks;
}
