import { runId } from "../report/run-folder.ts";
import { repetitionsFor } from "../statistics/what-n-compares.ts";
import { analyse } from "./analyse.ts";
import type { ComparisonPlan } from "./plan.ts";
import { COMPARISON_RECORD_SCHEMA, type ComparisonRecord, type LiveSummary } from "./record.ts";
import type { CellRuns } from "./simulate-cells.ts";
import { simplicityOf } from "./simplicity.ts";

/** What was run live. */
export interface LiveRuns {
  readonly runs: CellRuns;
  readonly summary: Omit<LiveSummary, "medianDelta">;
}

/** The record of a comparison: everything judged, and everything that it was judged by. */
export function newComparisonRecord(
  plan: ComparisonPlan,
  simulated: CellRuns,
  live: LiveRuns | null,
  about: { readonly at: Date; readonly command: string },
): ComparisonRecord {
  const { faults, overall } = analyse(plan, simulated, live?.runs);
  const deltas = faults
    .flatMap(({ cells }) => cells.flatMap((cell) => cell.live?.delta ?? []))
    .sort((one, other) => one - other);
  const middle = [deltas[(deltas.length - 1) >> 1], deltas[deltas.length >> 1]];
  return {
    schema: COMPARISON_RECORD_SCHEMA,
    id: runId("compare", plan.seed, about.at),
    startedAt: about.at.toISOString(),
    command: about.command,
    seed: plan.seed,
    repetitions: plan.repetitions,
    leastRepetitions: repetitionsFor(plan.policies.length - 1),
    metric: plan.metric,
    baseline: plan.baseline,
    outlierDetection: plan.outlierDetection,
    policies: plan.policies.map((policy) => ({ policy, ...simplicityOf(policy) })),
    faults,
    overall,
    live:
      live === null
        ? null
        : {
            ...live.summary,
            medianDelta:
              middle[0] === undefined || middle[1] === undefined
                ? null
                : (middle[0] + middle[1]) / 2,
          },
  };
}
