import { expect, test } from "vitest";
import type { ProbeRecord } from "../../../chaos/measurement/probe.ts";
import { stalledBehindFailures } from "../../../chaos/steady-state/stalls.ts";
import { record } from "../load/fake-program.ts";

const MS = 1_000_000n;
const probe = (atMs: number, lateMs = 0): ProbeRecord =>
  record(BigInt(atMs) * MS, "ok", BigInt(lateMs) * MS);
const failed = (atMs: number, lateMs = 0): ProbeRecord =>
  record(BigInt(atMs) * MS, "timeout", BigInt(lateMs) * MS);
/** A connection that was held from the first second on. */
const lost = (atMs: number): ProbeRecord => ({
  ...failed(1_000),
  class: "long-lived",
  completedNs: (BigInt(atMs) * MS).toString(),
});

test.each([
  ["within it", failed(10_060)],
  ["that was late itself", failed(10_000, 100)],
  ["that was under way when it began", { ...failed(9_990), completedNs: `${10_001n * MS}` }],
  ["two seconds after its end", failed(12_100)],
  ["of a held connection within it", lost(10_050)],
])("a stall is behind a failure %s", (_, failure) => {
  expect(stalledBehindFailures([probe(9_000), probe(10_000, 100), failure])).toBe(100);
});

test.each([
  ["before it", failed(9_990)],
  ["more than two seconds after its end", failed(12_101)],
  ["of a held connection before it, however long it had been held", lost(9_999)],
])("a stall is not behind a failure %s", (_, failure) => {
  const records = [probe(10_000, 100), failed(10_050), failure];
  expect(stalledBehindFailures(records)).toBeNull();
});

test("all stalls are told together, and what falls due within one is no stall of its own", () => {
  const within = [probe(5_000, 300), probe(5_100, 200), probe(5_200, 110)];
  const records = [...within.toReversed(), probe(1_000, 80), failed(1_500), failed(5_250)];
  expect(stalledBehindFailures(records)).toBe(80 + 310);
});

test("a probe a little late says nothing of the machine", () => {
  expect(stalledBehindFailures([probe(1_000, 49), failed(1_010)])).toBeNull();
});

test("without a failure there is nothing behind it", () => {
  expect(stalledBehindFailures([probe(1_000, 300)])).toBeNull();
  expect(stalledBehindFailures([])).toBeNull();
});
