import { expect, test } from "vitest";
import { METRICS } from "../../../chaos/comparison/metric.ts";
import { shareRanks } from "../../../chaos/comparison/share-ranks.ts";
import { around, runsOf } from "./runs.ts";

const ranked = (values: Readonly<Record<string, readonly number[]>>) =>
  Object.fromEntries(
    shareRanks(
      Object.entries(values).map(([policy, shares]) => ({ policy, runs: runsOf(shares) })),
      METRICS.failed,
      1,
    ),
  );

test("who is better in every repetition has the better rank, however wide both spread", () => {
  const wide = around(0.2, 0.02);
  expect(ranked({ random: wide.map((share) => share + 0.005), maglev: wide })).toEqual({
    maglev: 1,
    random: 2,
  });
});

test("who is better now and then shares the rank, and the next one is counted from behind them", () => {
  const mixed = around(0.1).map((share, index) => share + (index % 2 === 0 ? 0.02 : -0.02));
  expect(ranked({ random: around(0.1), maglev: mixed, first: around(0.5) })).toEqual({
    random: 1,
    maglev: 1,
    first: 3,
  });
});

test("a difference that nobody would notice is none, even if it is always there", () => {
  const shares = around(0.1);
  expect(ranked({ random: shares, maglev: shares.map((share) => share + 0.001) })).toEqual({
    random: 1,
    maglev: 1,
  });
});

test("who has no value has no rank", () => {
  expect(ranked({ random: around(0.1), maglev: [] })).toEqual({ random: 1 });
});
