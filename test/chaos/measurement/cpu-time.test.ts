import { expect, test } from "vitest";
import { readCpuTicks, stealShare, stolenMs } from "../../../chaos/measurement/cpu-time.ts";

test("CPU time is the first eight fields: guest time is in user time already", () => {
  const stat = "cpu  100 20 30 400 5 6 7 8 90 10\ncpu0 1 1 1 1 1 1 1 1 1 1\n";
  expect(readCpuTicks(stat)).toEqual({ total: 576, steal: 8 });
});

test("an old kernel that tells no stolen time has none that is known", () => {
  const old = readCpuTicks("cpu  1 2 3 4\n");
  expect(old).toEqual({ total: 10, steal: null });
  expect(stolenMs(old, old)).toBeNull();
  expect(stealShare(old, old)).toBeNull();
});

test("what was stolen between two readings is told in milliseconds and as a share", () => {
  const [before, after] = [
    { total: 1_000, steal: 40 },
    { total: 1_400, steal: 65 },
  ];
  expect(stolenMs(before, after)).toBe(250);
  expect(stealShare(before, after)).toBe(0.0625);
  expect(stealShare(before, before)).toBe(0);
});

test("this machine's CPU time grows and nothing of it is lost", () => {
  const before = readCpuTicks();
  expect(before.total).toBeGreaterThan(0);
  const after = readCpuTicks();
  expect(after.total).toBeGreaterThanOrEqual(before.total);
  expect(after.steal ?? 0).toBeLessThanOrEqual(after.total);
});
