import { expect, test } from "vitest";
import { analyse } from "../../../chaos/comparison/analyse.ts";
import type { MetricId } from "../../../chaos/comparison/metric.ts";
import { planOf } from "../../../chaos/comparison/plan.ts";
import { cellId } from "../../../chaos/comparison/simulate-cells.ts";
import { around, runsOf } from "./runs.ts";

const POLICIES = ["round-robin", "random", "least-connections", "peak-ewma"];

function resultOf(
  shares: Readonly<Record<string, readonly number[]>>,
  live: Readonly<Record<string, readonly number[]>> = {},
  metric: MetricId = "failed",
) {
  const plan = planOf({ policies: POLICIES, faults: ["kill"], metric, seed: 1 });
  const cells = (of: typeof shares) =>
    new Map(
      Object.entries(of).map(([policy, values]) => [
        cellId({ fault: "kill", policy }),
        runsOf(values),
      ]),
    );
  const { faults, overall } = analyse(plan, cells(shares), cells(live));
  const cellOf = (policy: string) => faults[0]?.cells.find((cell) => cell.policy === policy);
  return { fault: faults[0], overall, cellOf };
}

const SHARES = {
  "round-robin": around(0.3),
  random: around(0.3).map((share, index) => share + (index % 2 === 0 ? 0.03 : -0.03)),
  "least-connections": around(0.1),
  "peak-ewma": around(0.1).map((share) => share - 0.0005),
};

test("the simplest of those that share the first rank is named, not the one in front by a hair", () => {
  const { fault, overall } = resultOf(SHARES);
  expect(fault).toMatchObject({
    best: ["least-connections", "peak-ewma"],
    simplest: "least-connections",
    tiedWith: 1,
  });
  expect(overall).toEqual({ policy: "least-connections", bestIn: 1, faults: 1 });
});

test("a policy is better, alike or unclear beside the baseline, with the size of the difference", () => {
  const { cellOf } = resultOf(SHARES);
  expect(cellOf("round-robin")?.againstBaseline).toBeNull();
  expect(cellOf("random")?.againstBaseline).toMatchObject({ verdict: "unclear" });
  const better = cellOf("least-connections")?.againstBaseline;
  expect(better).toMatchObject({ verdict: "better", effect: "large", delta: -1, a12: 0 });
  expect(better?.median).toBeCloseTo(-0.2, 10);
  expect(better?.shift).toBeCloseTo(-0.2, 10);
  expect(better?.low).toBeCloseTo(-0.2, 10);
  // The smallest p-value of 12 pairs, corrected for three comparisons.
  expect(better?.pValue).toBe(2 / 2 ** 12);
  expect(better?.correctedPValue).toBeCloseTo(6 / 2 ** 12, 10);
  const same = resultOf({ ...SHARES, random: SHARES["round-robin"] });
  expect(same.cellOf("random")?.againstBaseline).toMatchObject({ verdict: "alike", pValue: 1 });
});

test("the other metric is judged by its own values and margin", () => {
  const { fault } = resultOf(SHARES, {}, "p99");
  expect(fault?.best).toEqual(["least-connections", "peak-ewma"]);
  expect(fault?.cells[2]?.value?.median).toBeCloseTo(100, 10);
});

test("live runs stand beside the simulated ones, with their difference, and change no rank", () => {
  const { cellOf, fault } = resultOf(SHARES, { "peak-ewma": [0.9, 0.95, 0.92] });
  const { live, rank } = cellOf("peak-ewma") ?? {};
  expect([rank, live?.median, live?.runs.length]).toEqual([1, 0.92, 3]);
  expect(live?.delta).toBeCloseTo(0.82, 1);
  expect(live?.pValue).toBeLessThan(0.01);
  expect(fault?.cells.filter((cell) => cell.live !== null)).toHaveLength(1);
});
