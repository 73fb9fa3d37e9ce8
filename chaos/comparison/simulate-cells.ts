import { parseModel, type Model } from "../simulation/model.ts";
import type { RunResult } from "../simulation/run-result.ts";
import { simulate } from "../simulation/simulate.ts";
import { deriveSeed, seededRandom } from "../statistics/random.ts";
import type { ComparedFault } from "./faults.ts";
import type { ComparisonPlan } from "./plan.ts";
import type { RunValues } from "./record.ts";

/** The first runs are slower: the code is not compiled yet. */
const TIMED_RUNS = 4;

/** One policy under one fault. */
export interface CellKey {
  readonly fault: string;
  readonly policy: string;
}

/** The name of a cell in maps and addresses. */
export function cellId({ fault, policy }: CellKey): string {
  return `${fault}--${policy}`;
}

/** The runs of every cell, by its id, in the order of the repetitions. */
export type CellRuns = ReadonlyMap<string, readonly RunValues[]>;

/**
 * Simulates every cell as often as the plan says. A repetition is a block: it has one seed a fault,
 * which all policies share, so that they get the same requests with the same work at the same times.
 *
 * @param onProgress called before each run, and after the last, with how many are done
 */
export function simulateCells(
  plan: ComparisonPlan,
  onProgress: (done: number) => void = () => undefined,
): CellRuns {
  const models = modelsOf(plan);
  const cells = new Map<string, RunValues[]>();
  let done = 0;
  for (const { fault, policy, repetition } of blocksOf(plan)) {
    onProgress(done);
    const model = models.get(fault.id);
    if (model === undefined) continue;
    const seed = deriveSeed(plan.seed, "fault", fault.id, repetition);
    const id = cellId({ fault: fault.id, policy });
    const runs = cells.get(id) ?? [];
    cells.set(id, [...runs, valuesOf(simulate(model, policy, seed), repetition)]);
    done += 1;
  }
  onProgress(done);
  return cells;
}

/** One run of a cell. */
export interface PlannedRun {
  readonly fault: ComparedFault;
  readonly policy: string;
  readonly repetition: number;
}

/**
 * All runs: repetition by repetition, and within one the cells in an order drawn anew, so that
 * whatever changes meanwhile hurts all of them alike.
 */
export function blocksOf({ faults, policies, repetitions, seed }: ComparisonPlan): PlannedRun[] {
  return Array.from({ length: repetitions }, (_, repetition) => {
    const random = seededRandom(deriveSeed(seed, "order", repetition));
    const block = faults.flatMap((fault) =>
      policies.map((policy) => ({ run: { fault, policy, repetition }, at: random() })),
    );
    return block.sort((one, other) => one.at - other.at).map(({ run }) => run);
  }).flat();
}

/** About how long {@link simulateCells} will take, in milliseconds: runs of each fault are timed. */
export function estimateMs(plan: ComparisonPlan, clock = () => performance.now()): number {
  let sumMs = 0;
  for (const model of modelsOf(plan).values()) {
    const timesMs = Array.from({ length: TIMED_RUNS }, () => {
      const begin = clock();
      simulate(model, plan.baseline, plan.seed);
      return clock() - begin;
    });
    sumMs += Math.min(...timesMs);
  }
  return sumMs * plan.policies.length * plan.repetitions;
}

function modelsOf({ faults }: ComparisonPlan): Map<string, Model> {
  return new Map(faults.map(({ id, model }) => [id, parseModel(model, id)]));
}

function valuesOf(result: RunResult, repetition: number): RunValues {
  const { seed, requests, succeeded, failed, waiting } = result;
  return {
    repetition,
    seed,
    requests,
    failed,
    failedShare: requests === 0 ? null : (requests - succeeded) / requests,
    meanMs: waiting.meanMs,
    p50Ms: waiting.p50Ms,
    p99Ms: waiting.p99Ms,
    maxMs: waiting.maxMs,
  };
}
