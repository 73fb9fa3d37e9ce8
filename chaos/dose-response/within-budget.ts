import { estimateDuration } from "../plan/duration.ts";
import type { DoseCell } from "./dose.ts";
import type { LeftDose } from "./record.ts";

/** Which doses are run, in which order, and which are not. */
export interface DosePlan {
  readonly cells: readonly PlannedDose[];
  readonly left: readonly LeftDose[];
}

/** A dose, and how long it takes. */
export interface PlannedDose {
  readonly cell: DoseCell;
  readonly leastMs: number;
  readonly mostMs: number;
}

/**
 * The doses that a budget has time for, those first that tell most: dose 0, the highest, and then ever
 * halfway between. Whoever stops early has a coarse curve, not half of a fine one.
 *
 * @param budgetMs null without a limit
 */
export function withinBudget(
  cells: readonly DoseCell[],
  trials: number,
  budgetMs: number | null,
): DosePlan {
  const doses = [...new Set(cells.map(({ dose }) => dose))].toSorted((a, b) => a - b);
  const order = coarseToFine(doses.length).map((index) => doses[index]);
  const sorted = cells.toSorted((a, b) => order.indexOf(a.dose) - order.indexOf(b.dose));
  const planned: PlannedDose[] = [];
  const left: LeftDose[] = [];
  let spentMs = 0;
  for (const cell of sorted) {
    const takes = estimateDuration(cell.scenario, trials, "namespace");
    if (budgetMs !== null && spentMs + takes.mostMs > budgetMs) {
      left.push({ title: cell.title, reason: "the budget has no time for it" });
      continue;
    }
    spentMs += takes.mostMs;
    planned.push({ cell, ...takes });
  }
  return { cells: planned, left };
}

/** The whole numbers below n: the first, the last, and then breadth first ever the middle between two. */
export function coarseToFine(n: number): number[] {
  const order = n <= 1 ? [0].slice(0, n) : [0, n - 1];
  const gaps: [number, number][] = [[0, n - 1]];
  for (let gap = gaps.shift(); gap !== undefined; gap = gaps.shift()) {
    const [from, to] = gap;
    if (to - from < 2) continue;
    const middle = Math.floor((from + to) / 2);
    order.push(middle);
    gaps.push([from, middle], [middle, to]);
  }
  return order;
}
