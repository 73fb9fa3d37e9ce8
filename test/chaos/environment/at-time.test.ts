import { expect, test } from "vitest";
import { untilTime } from "../../../chaos/environment/at-time.ts";

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
  expect(sorted.at(-1)).toBeLessThan(250);
});

test("a time that has passed is no reason to wait", async () => {
  const begin = now();
  await untilTime(begin - 1_000_000_000n);
  await untilTime(0n);
  expect(Number(now() - begin) / 1e6).toBeLessThan(250);
});
