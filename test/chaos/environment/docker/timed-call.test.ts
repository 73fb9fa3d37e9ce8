import { expect, test } from "vitest";
import { timedCall } from "../../../../chaos/environment/docker/timed-call.ts";

const now = (): bigint => process.hrtime.bigint();

test("the moment of a call lies between its begin and its answer, and says how wide that is", async () => {
  let calledAt = 0n;
  const before = now();
  const { monotonicNs, uncertaintyNs } = await timedCall(async () => {
    calledAt = now();
  });
  const after = now();
  expect(monotonicNs - uncertaintyNs).toBeGreaterThanOrEqual(before);
  expect(monotonicNs - uncertaintyNs).toBeLessThanOrEqual(calledAt);
  expect(monotonicNs + uncertaintyNs).toBeGreaterThanOrEqual(calledAt);
  expect(monotonicNs + uncertaintyNs).toBeLessThanOrEqual(after);
});

test("a call for a time is begun by what it takes earlier, and not at once", async () => {
  const atNs = now() + 60_000_000n;
  let calledAt = 0n;
  await timedCall(async () => {
    calledAt = now();
  }, atNs);
  expect(Number(atNs - calledAt) / 1e6).toBeLessThanOrEqual(8);
  expect(Number(calledAt - atNs) / 1e6).toBeLessThan(5_000);
});

test("a call that is refused is no moment", async () => {
  await expect(timedCall(() => Promise.reject(new Error("no such container")))).rejects.toThrow(
    "no such container",
  );
});
