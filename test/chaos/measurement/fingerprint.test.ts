import { cpus, release } from "node:os";
import { expect, test } from "vitest";
import { readCpuTicks, takeFingerprint } from "../../../chaos/measurement/fingerprint.ts";
import { fixtureTopology } from "../report/fixture.ts";

test("CPU time is the first eight fields: guest time is in user time already", () => {
  const stat = "cpu  100 20 30 400 5 6 7 8 90 10\ncpu0 1 1 1 1 1 1 1 1 1 1\n";
  expect(readCpuTicks(stat)).toEqual({ total: 576, steal: 8 });
});

test("an old kernel that tells no stolen time has none", () => {
  expect(readCpuTicks("cpu  1 2 3 4\n")).toEqual({ total: 10, steal: 0 });
});

test("this machine's CPU time grows and nothing of it is lost", () => {
  const before = readCpuTicks();
  expect(before.total).toBeGreaterThan(0);
  const after = readCpuTicks();
  expect(after.total).toBeGreaterThanOrEqual(before.total);
  expect(after.steal).toBeLessThanOrEqual(after.total);
});

test("a fingerprint says what ran where, and leaves out programs that the topology does not use", async () => {
  const print = await takeFingerprint("namespace", fixtureTopology());
  expect(print).toMatchObject({
    environment: "namespace",
    kernel: release(),
    cpus: cpus().length,
    node: process.version,
  });
  expect(print.memoryBytes).toBeGreaterThan(0);
  expect(print.cpuModel).not.toBe("");
  expect(Object.keys(print.programs)).not.toContain("keepalived");
  for (const version of Object.values(print.programs)) expect(version).toMatch(/^\d+\.\d+/);
  // In a checkout both are known, elsewhere neither.
  expect(print.commit === null).toBe(print.clean === null);
  if (print.commit !== null) expect(print.commit).toMatch(/^[0-9a-f]{40}/);
});
