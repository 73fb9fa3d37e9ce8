import { expect, test } from "vitest";
import { pauseThread, untilTime } from "../../../chaos/environment/at-time.ts";

const now = (): bigint => process.hrtime.bigint();

test("a time is never left early, and hardly late", async () => {
  const lateMs: number[] = [];
  for (let round = 0; round < 9; round += 1) {
    const at = now() + 8_000_000n + BigInt(round) * 333_333n;
    await untilTime(at);
    const late = Number(now() - at) / 1e6;
    expect(late).toBeGreaterThanOrEqual(0);
    lateMs.push(late);
  }
  const sorted = lateMs.toSorted((a, b) => a - b);
  expect(sorted[4], `late by ${lateMs.join(", ")} ms`).toBeLessThan(1);
  expect(sorted.at(-1)).toBeLessThan(5_000);
});

test("a time that has passed is no reason to wait", async () => {
  const begin = now();
  await untilTime(begin - 1_000_000_000n);
  await untilTime(0n);
  expect(Number(now() - begin) / 1e6).toBeLessThan(5_000);
});

test("hardly any of the wait is spent computing", async () => {
  const computedMs: number[] = [];
  for (let round = 0; round < 21; round += 1) {
    const begin = process.threadCpuUsage();
    await untilTime(now() + 5_000_000n);
    const { user, system } = process.threadCpuUsage(begin);
    computedMs.push((user + system) / 1e3);
  }
  // Spinning through the part for which a timer is too coarse would be 2.5 ms a round.
  expect(computedMs.toSorted((a, b) => a - b)[10]).toBeLessThan(1.5);
});

test("a pause of less than a millisecond is one, and blocks the thread", () => {
  const begin = now();
  for (let round = 0; round < 20; round += 1) pauseThread(0.25);
  const tookMs = Number(now() - begin) / 1e6;
  // Each may end some microseconds early.
  expect(tookMs).toBeGreaterThan(4.5);
  expect(tookMs).toBeLessThan(9_000);
});
