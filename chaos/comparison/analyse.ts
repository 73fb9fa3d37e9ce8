import { median } from "simple-statistics";
import { mannWhitneyU } from "../statistics/mann-whitney.ts";
import { shiftBetween } from "../statistics/hodges-lehmann.ts";
import { holm } from "../statistics/holm.ts";
import { againstBaseline, differencesOf, spreadOf } from "./compare-runs.ts";
import { METRICS, type Metric } from "./metric.ts";
import type { ComparisonPlan } from "./plan.ts";
import { shareRanks } from "./share-ranks.ts";
import { cellId, type CellRuns } from "./simulate-cells.ts";
import { simplestOf } from "./simplicity.ts";
import type { Cell, FaultResult, LiveCell, Overall, RunValues } from "./record.ts";
import type { ComparedFault } from "./faults.ts";

/** Ranks, intervals and comparisons of all cells. */
export interface Analysis {
  readonly faults: readonly FaultResult[];
  readonly overall: Overall;
}

/** Judges what was simulated; what was run live is put beside it and changes no rank. */
export function analyse(
  plan: ComparisonPlan,
  simulated: CellRuns,
  live: CellRuns = new Map(),
): Analysis {
  const faults = plan.faults.map((fault) => faultResult(plan, fault, simulated, live));
  return { faults, overall: overallOf(plan, faults) };
}

function faultResult(
  plan: ComparisonPlan,
  fault: ComparedFault,
  simulated: CellRuns,
  live: CellRuns,
): FaultResult {
  const metric = METRICS[plan.metric];
  const runsOf = (policy: string) => simulated.get(cellId({ fault: fault.id, policy })) ?? [];
  const ranks = shareRanks(
    plan.policies.map((policy) => ({ policy, runs: runsOf(policy) })),
    metric,
    plan.seed,
  );
  const baseline = runsOf(plan.baseline);
  const others = plan.policies.filter((policy) => policy !== plan.baseline);
  const compared = others.map((policy) =>
    againstBaseline(differencesOf(runsOf(policy), baseline, metric), metric, plan.seed),
  );
  const corrected = holm(compared.map((one) => one?.pValue ?? 1));
  const cells = plan.policies.map((policy): Cell => {
    const runs = runsOf(policy);
    const at = others.indexOf(policy);
    const liveRuns = live.get(cellId({ fault: fault.id, policy }));
    return {
      policy,
      rank: ranks.get(policy) ?? null,
      value: spreadOf(runs, metric, plan.seed),
      failedShare: medianOf(runs, ({ failedShare }) => failedShare),
      p50Ms: medianOf(runs, ({ p50Ms }) => p50Ms),
      p99Ms: medianOf(runs, ({ p99Ms }) => p99Ms),
      againstBaseline: compared[at]?.judged(corrected[at] ?? 1) ?? null,
      runs,
      live: liveRuns === undefined ? null : liveCell(liveRuns, runs, metric),
    };
  });
  const best = cells.filter(({ rank }) => rank === 1).map(({ policy }) => policy);
  return {
    id: fault.id,
    title: fault.title,
    hypothesis: fault.hypothesis,
    model: fault.model,
    cells,
    best,
    simplest: simplestOf(best) ?? plan.baseline,
    tiedWith: Math.max(0, best.length - 1),
  };
}

function overallOf(plan: ComparisonPlan, faults: readonly FaultResult[]): Overall {
  const bestIn = (policy: string) => faults.filter(({ best }) => best.includes(policy)).length;
  const most = Math.max(...plan.policies.map(bestIn));
  const policy = simplestOf(plan.policies.filter((one) => bestIn(one) === most));
  return { policy: policy ?? plan.baseline, bestIn: most, faults: faults.length };
}

function liveCell(
  live: readonly RunValues[],
  simulated: readonly RunValues[],
  metric: Metric,
): LiveCell {
  const [here, there] = [live, simulated].map((runs) =>
    runs.flatMap((run) => metric.valueOf(run) ?? []),
  );
  if (here === undefined || there === undefined || here.length === 0 || there.length === 0) {
    return { runs: live, median: null, delta: null, pValue: null };
  }
  return {
    runs: live,
    median: median(here),
    delta: shiftBetween(here, there),
    pValue: mannWhitneyU(here, there).pValue,
  };
}

function medianOf(
  runs: readonly RunValues[],
  value: (run: RunValues) => number | null,
): number | null {
  const values = runs.flatMap((run) => value(run) ?? []);
  return values.length === 0 ? null : median(values);
}
