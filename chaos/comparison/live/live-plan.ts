import type { Scenario } from "../../scenario.ts";
import { deriveSeed, seededRandom } from "../../statistics/random.ts";
import type { ComparisonPlan } from "../plan.ts";
import type { FaultResult, LiveSummary } from "../record.ts";
import type { CellKey } from "../simulate-cells.ts";

/** Makes the scenario of a cell, or says why there is none. */
export type LiveCellMaker = (
  cell: CellKey & { readonly seed: number },
) => { readonly scenario: Scenario } | { readonly reason: string };

/** A cell that is to be run live, once. */
export interface LiveRun extends CellKey {
  readonly repetition: number;
  readonly seed: number;
  readonly scenario: Scenario;
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
    plan.policies.map((policy): CellKey => ({ fault, policy })),
  );
  const reasons = new Map<CellKey, string>();
  for (const cell of all) {
    const made = make({ ...cell, seed: plan.seed });
    if ("reason" in made) reasons.set(cell, made.reason);
  }
  const possible = all.filter((cell) => !reasons.has(cell));
  const simplest = new Map(results.map((result) => [result.id, result.simplest]));
  const telling = possible.filter(
    ({ fault, policy }) => policy === plan.baseline || policy === simplest.get(fault),
  );
  const rounds = Array.from({ length: plan.repetitions }, (_, round) =>
    drawn(round < FIRST_ROUNDS ? telling : possible, deriveSeed(plan.seed, "live", round)),
  );
  const counts = new Map<CellKey, number>();
  const runs = rounds.flat().flatMap((cell): LiveRun[] => {
    const repetition = counts.get(cell) ?? 0;
    counts.set(cell, repetition + 1);
    // Seeds of programs have 32 bits, and that of the last backend is a little above the pool's.
    const seed = deriveSeed(plan.seed, "live", cell.fault, repetition) % 2 ** 31;
    const made = make({ ...cell, seed });
    return "scenario" in made ? [{ ...cell, repetition, seed, scenario: made.scenario }] : [];
  });
  return { runs, left: leftOf(reasons) };
}

/** Cells that cannot be run live, by what they have in common. */
function leftOf(reasons: ReadonlyMap<CellKey, string>): LiveSummary["left"] {
  const byReason = new Map<string, CellKey[]>();
  for (const [cell, reason] of reasons) {
    byReason.set(reason, [...(byReason.get(reason) ?? []), cell]);
  }
  return [...byReason].map(([reason, cells]) => {
    const [faults, policies] = [
      new Set(cells.map(({ fault }) => fault)),
      new Set(cells.map(({ policy }) => policy)),
    ];
    const what = faults.size === 1 && policies.size > 1 ? faults : policies;
    return { what: [...what].join(", "), reason };
  });
}

function drawn(cells: readonly CellKey[], seed: number): CellKey[] {
  const random = seededRandom(seed);
  return cells
    .map((cell) => ({ cell, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ cell }) => cell);
}
