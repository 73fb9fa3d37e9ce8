import { reasonOf } from "../../errors.ts";
import type { LiveRuns } from "../new-record.ts";
import type { RunValues } from "../record.ts";
import { cellId } from "../simulate-cells.ts";
import type { LivePlan, LiveRun } from "./live-plan.ts";

/** What live runs are made with. */
export interface LiveOptions {
  readonly budgetMs: number;
  readonly signal: AbortSignal;
  /** Makes one run. */
  readonly measure: (run: LiveRun, index: number) => Promise<RunValues>;
  /** Monotonic milliseconds. @default performance.now */
  readonly clock?: () => number;
  readonly onRun?: (run: LiveRun, index: number) => void;
}

/** Before the first run is over: a lab has to be started, and the requests have to be sent. */
const ASSUMED_RUN_MS = 20_000;

/**
 * Makes live runs one after another as long as the budget probably allows one more: as long as the
 * longest so far. One that cannot be measured is told, and the others go on.
 */
export async function runLive(plan: LivePlan, options: LiveOptions): Promise<LiveRuns> {
  const { budgetMs, signal, measure, clock = () => performance.now() } = options;
  const begin = clock();
  const runs = new Map<string, RunValues[]>();
  const failed: { fault: string; policy: string; reason: string }[] = [];
  let longestMs = 0;
  let trials = 0;
  for (const [index, run] of plan.runs.entries()) {
    const began = clock();
    const expectedMs = longestMs === 0 ? ASSUMED_RUN_MS : longestMs;
    if (signal.aborted || began - begin + expectedMs > budgetMs) break;
    options.onRun?.(run, index);
    try {
      const values = await measure(run, index);
      const id = cellId(run);
      runs.set(id, [...(runs.get(id) ?? []), values]);
      trials += 1;
    } catch (error) {
      if (signal.aborted) break;
      failed.push({ fault: run.fault, policy: run.policy, reason: reasonOf(error) });
    }
    longestMs = Math.max(longestMs, clock() - began);
  }
  const summary = { budgetMs, spentMs: clock() - begin, trials, failed, left: plan.left };
  return { runs, summary };
}
