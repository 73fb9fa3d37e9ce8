import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { coarseToFine, withinBudget } from "../../../chaos/dose-response/within-budget.ts";
import { doseCells } from "../../../scenarios/dose-response-cells.ts";

const SETTING = { disturbance: "loss", priorities: [150, 100], exposureMs: 2_000 } as const;
const TIMERS = [
  { advertIntervalMs: 100, downTimerAdverts: 3 },
  { advertIntervalMs: 100, downTimerAdverts: 5 },
];
const cells = doseCells(SETTING, TIMERS, [0, 0.2, 0.4, 0.6]);

describe("coarse to fine", () => {
  test("begins with both ends and goes on halfway between", () => {
    expect(coarseToFine(7)).toEqual([0, 6, 3, 1, 4, 2, 5]);
    expect(coarseToFine(2)).toEqual([0, 1]);
    expect(coarseToFine(1)).toEqual([0]);
    expect(coarseToFine(0)).toEqual([]);
  });

  test("has every number once", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), (n) => {
        const order = coarseToFine(n);
        expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
    );
  });
});

describe("a budget", () => {
  test("that is not there leaves nothing out; the ends of every curve come first", () => {
    const { cells: planned, left } = withinBudget(cells, 10, null);
    expect(left).toEqual([]);
    expect(planned.map(({ cell }) => [cell.dose, cell.timers.downTimerAdverts])).toEqual([
      [0, 3],
      [0, 5],
      [0.6, 3],
      [0.6, 5],
      [0.2, 3],
      [0.2, 5],
      [0.4, 3],
      [0.4, 5],
    ]);
  });

  test("is never exceeded, and what it has no time for is named", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400_000 }), (budgetMs) => {
        const { cells: planned, left } = withinBudget(cells, 5, budgetMs);
        const sum = planned.reduce((all, { mostMs }) => all + mostMs, 0);
        expect(sum).toBeLessThanOrEqual(budgetMs);
        expect(planned.length + left.length).toBe(cells.length);
      }),
    );
    const { left } = withinBudget(cells, 5, 0);
    expect(left[0]).toEqual({
      title: "loss 0 %, 100 ms × 3",
      reason: "the budget has no time for it",
    });
  });
});
