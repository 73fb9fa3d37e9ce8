import { describe, expect, test } from "vitest";
import { ecdfAt, ecdfOf } from "../../../chaos/report/ecdf.ts";
import type { RunRecord, TrialRecord } from "../../../chaos/report/record.ts";
import { passingRun } from "./fixture.ts";

function recordOf(outages: readonly TrialRecord["outage"][]): RunRecord {
  const { record } = passingRun(1, outages.length);
  const trials = record.trials.map((trial, index) => ({
    ...trial,
    outage: outages[index] ?? { value: 0 },
  }));
  return { ...record, trials };
}

describe("the distribution over trials", () => {
  test("rises by one trial at each value, equal values at once", () => {
    const ecdf = ecdfOf(
      recordOf([{ value: 30 }, { value: 10 }, { value: 20 }, { value: 20 }]),
      "outage",
    );
    expect(ecdf.known.map(({ position }) => position)).toEqual([1, 2, 3, 0]);
    expect([0, 1, 2, 3].map((position) => ecdfAt(ecdf, "ecdf", position))).toEqual([
      1, 0.25, 0.75, 0.75,
    ]);
    expect(ecdfAt(ecdf, "ecdf-low", 0)).toBe(undefined);
  });

  test("counts an outage that was not over as longer than all, and one that nobody knows not at all", () => {
    const ecdf = ecdfOf(
      recordOf([
        { value: 10 },
        { value: null, reason: "not over", atLeast: 900 },
        { value: null, reason: "no probe" },
        { value: 20 },
      ]),
      "outage",
    );
    expect(ecdf.trials).toBe(3);
    expect(ecdfAt(ecdf, "ecdf", 3)).toBeCloseTo(2 / 3, 9);
    expect(ecdfAt(ecdf, "ecdf", 1)).toBe(undefined);
  });

  test("leaves out trials that cannot be trusted", () => {
    const record = recordOf([{ value: 10 }, { value: 20 }]);
    const trials = record.trials.map((trial, index) =>
      index === 0 ? { ...trial, verdict: "invalid" as const } : trial,
    );
    expect(ecdfOf({ ...record, trials }, "outage").trials).toBe(1);
  });

  test("has a band from ten trials on, cut at nothing and at all", () => {
    const twenty = ecdfOf(
      recordOf(Array.from({ length: 20 }, (_, value) => ({ value }))),
      "outage",
    );
    // √(ln 40 / 40)
    expect(twenty.halfBand).toBeCloseTo(0.3037, 4);
    expect(ecdfAt(twenty, "ecdf-low", 9)).toBeCloseTo(0.1963, 4);
    expect(ecdfAt(twenty, "ecdf-high", 9)).toBeCloseTo(0.8037, 4);
    expect(ecdfAt(twenty, "ecdf-low", 0)).toBe(0);
    expect(ecdfAt(twenty, "ecdf-high", 19)).toBe(1);
    const nine = recordOf(Array.from({ length: 9 }, (_, value) => ({ value })));
    expect(ecdfOf(nine, "outage").halfBand).toBe(null);
  });
});
