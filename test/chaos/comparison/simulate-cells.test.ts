import { expect, test, vi } from "vitest";
import { analyse } from "../../../chaos/comparison/analyse.ts";
import { planOf } from "../../../chaos/comparison/plan.ts";
import { blocksOf, estimateMs, simulateCells } from "../../../chaos/comparison/simulate-cells.ts";

// A second on an idle machine.
vi.setConfig({ testTimeout: 120_000 });

const PLAN = planOf({
  policies: ["least-connections", "peak-ewma"],
  faults: ["slow-backend", "fast-5xx"],
  metric: "failed",
  repetitions: 8,
  seed: 7,
});

test("policies of one repetition share a seed, and so their requests", () => {
  const cells = simulateCells(PLAN);
  expect([...cells.keys()].toSorted()).toEqual([
    "fast-5xx--least-connections",
    "fast-5xx--peak-ewma",
    "fast-5xx--round-robin",
    "slow-backend--least-connections",
    "slow-backend--peak-ewma",
    "slow-backend--round-robin",
  ]);
  const of = (policy: string) =>
    cells.get(`slow-backend--${policy}`)?.map(({ repetition, seed, requests }) => ({
      repetition,
      seed,
      requests,
    }));
  expect(of("peak-ewma")).toEqual(of("round-robin"));
  expect(new Set(of("round-robin")?.map(({ seed }) => seed)).size).toBe(8);
});

test("the same seed gives the same comparison, another one another", () => {
  const json = (seed: number) => {
    const plan = { ...PLAN, faults: PLAN.faults.slice(0, 1), seed };
    return JSON.stringify(analyse(plan, simulateCells(plan)));
  };
  expect(json(7)).toBe(json(7));
  expect(json(7)).not.toBe(json(8));
});

test("whoever counts requests in flight copes with slowness, and is fooled by fast failures", () => {
  const [slow, fast] = analyse(PLAN, simulateCells(PLAN)).faults;
  expect(slow?.cells[1]?.againstBaseline).toMatchObject({ verdict: "better", effect: "large" });
  expect(fast?.cells[1]?.againstBaseline).toMatchObject({ verdict: "worse", effect: "large" });
  expect([slow?.best, fast?.best]).toEqual([["peak-ewma"], ["peak-ewma"]]);
});

test("runs come in blocks of all cells, each in an order of its own", () => {
  const blocks = blocksOf(PLAN);
  const size = 6;
  const order = (block: number) =>
    blocks
      .slice(block * size, (block + 1) * size)
      .map(({ fault, policy }) => `${fault.id} ${policy}`);
  for (const [index, { repetition }] of blocks.entries()) {
    expect(repetition).toBe(Math.floor(index / size));
  }
  expect(order(0).toSorted()).toEqual(order(1).toSorted());
  expect(
    new Set(Array.from({ length: 8 }, (_, block) => order(block).join())).size,
  ).toBeGreaterThan(1);
});

test("the estimate takes the fastest of the timed runs for all", () => {
  // Every look at the clock is one more millisecond: each run takes 1 ms by it.
  let now = 0;
  expect(estimateMs(PLAN, () => (now += 1))).toBe(2 * 3 * 8);
});

test("progress is told before every run and at the end", () => {
  const told: number[] = [];
  const plan = { ...PLAN, faults: PLAN.faults.slice(0, 1), repetitions: 1 };
  simulateCells(plan, (done) => told.push(done));
  expect(told).toEqual([0, 1, 2, 3]);
});
