import { cpus, release } from "node:os";
import { expect, test } from "vitest";
import { takeFingerprint } from "../../../chaos/measurement/fingerprint.ts";
import { fixtureTopology } from "../report/fixture.ts";

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
