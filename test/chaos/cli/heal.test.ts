import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { evenkeel } from "./evenkeel-process.ts";

test("where neither a lab is up nor an engine answers, both are told", async () => {
  const labs = await mkdtemp(join(tmpdir(), "evenkeel-labs-"));
  const { code, stdout, stderr } = await evenkeel(["heal", "nope"], {
    EVENKEEL_LABS: labs,
    DOCKER_HOST: `unix://${labs}/no.sock`,
  });
  await rm(labs, { recursive: true });
  expect([code, stdout]).toEqual([64, ""]);
  expect(stderr).toContain(
    "error: No lab of nope is up, and containers cannot be looked for. No Docker engine answers:",
  );
  expect(stderr).toContain("point DOCKER_HOST at an engine.");
});
