import type { Scenario } from "../../scenario.ts";
import { deriveSeed, seededRandom } from "../../statistics/random.ts";
import type { ComparisonPlan } from "../plan.ts";
import type { FaultResult, LiveSummary } from "../record.ts";
import { cellId, type CellKey } from "../simulate-cells.ts";

/** A cell as a scenario, made when it is run; or the reason why there is none. */
export type LiveCell =
  | { readonly scenario: (seed: number) => Scenario }
  | { readonly reason: string };

/** Says what becomes of a cell. */
export type LiveCellMaker = (
  cell: CellKey,
  plan: Pick<ComparisonPlan, "outlierDetection">,
) => LiveCell;

/** A cell that is to be run live, once. */
export interface LiveRun extends CellKey {
  readonly repetition: number;
  readonly seed: number;
  readonly scenario: () => Scenario;
}

/** What is to be run live, the most telling first, and what cannot be. */
export interface LivePlan {
  readonly runs: readonly LiveRun[];
  readonly left: LiveSummary["left"];
}

/** Rounds of the baseline and each fault's winner before the other policies get their turn. */
const FIRST_ROUNDS = 3;

/**
 * The order of live runs: a budget ends it somewhere, so the baseline and the simplest of the best
 * come first, under every fault; then rounds of all cells. Within a round the order is drawn.
 */
export function livePlanOf(
  plan: ComparisonPlan,
  results: readonly FaultResult[],
  make: LiveCellMaker,
): LivePlan {
  const all = plan.faults.flatMap(({ id: fault }) =>
    plan.policies.map((policy) => ({ fault, policy, made: make({ fault, policy }, plan) })),
  );
  const possible = all.flatMap(({ fault, policy, made }) =>
    "scenario" in made ? [{ fault, policy, scenario: made.scenario }] : [],
  );
  const simplest = new Map(results.map((result) => [result.id, result.simplest]));
  const telling = possible.filter(
    ({ fault, policy }) => policy === plan.baseline || policy === simplest.get(fault),
  );
  const rounds = Array.from({ length: plan.repetitions }, (_, round) =>
    drawn(round < FIRST_ROUNDS ? telling : possible, deriveSeed(plan.seed, "live", round)),
  );
  const counts = new Map<string, number>();
  const runs = rounds.flat().map(({ fault, policy, scenario }): LiveRun => {
    const id = cellId({ fault, policy });
    const repetition = counts.get(id) ?? 0;
    counts.set(id, repetition + 1);
    // Seeds of programs have 32 bits, and that of the last backend is a little above the pool's.
    const seed = deriveSeed(plan.seed, "live", fault, repetition) % 2 ** 31;
    return { fault, policy, repetition, seed, scenario: () => scenario(seed) };
  });
  return { runs, left: leftOf(all) };
}

/** Cells that cannot be run live, by what they have in common. */
function leftOf(cells: readonly (CellKey & { readonly made: LiveCell })[]): LiveSummary["left"] {
  const byReason = new Map<string, CellKey[]>();
  for (const { fault, policy, made } of cells) {
    if (!("reason" in made)) continue;
    byReason.set(made.reason, [...(byReason.get(made.reason) ?? []), { fault, policy }]);
  }
  return [...byReason].map(([reason, left]) => {
    const faults = new Set(left.map(({ fault }) => fault));
    const policies = new Set(left.map(({ policy }) => policy));
    const what = faults.size === 1 && policies.size > 1 ? faults : policies;
    return { what: [...what].join(", "), reason };
  });
}

function drawn<C extends CellKey>(cells: readonly C[], seed: number): C[] {
  const random = seededRandom(seed);
  return cells
    .map((cell) => ({ cell, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ cell }) => cell);
}
