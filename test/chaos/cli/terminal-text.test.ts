import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createRun } from "../../../chaos/report/run-folder.ts";
import { passingRun } from "../report/fixture.ts";
import { evenkeel } from "./evenkeel-process.ts";

// A comparison of policies simulates for seconds.
vi.setConfig({ testTimeout: 60_000 });

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "evenkeel-terminal-text-"));
  await createRun(join(folder, "first"), passingRun(1).record);
  await createRun(join(folder, "second"), passingRun(2).record);
});
afterAll(() => rmSync(folder, { recursive: true }));

const SMALL = ["--seed", "1", "--policies", "random", "--requests", "2000", "--repetitions", "1"];
const FEW = ["--seed", "1", "--repetitions", "6"];

test.each<[string, () => string[], RegExp]>([
  ["a report", () => ["report", join(folder, "first")], /outage +median [\d.]+ ms/],
  [
    "a comparison of runs",
    () => ["report", "--compare", join(folder, "first"), join(folder, "second")],
    /[\d.]+ ms/,
  ],
  ["a plan", () => ["plan", "backend-killed"], /about [\d.]+ s to [\d.]+ s/],
  ["a simulation", () => ["simulate", "slow-backend", ...SMALL], /[\d.]+ ms +[\d.]+ ms/],
  [
    "a comparison of policies",
    () => ["compare", "--policy", "random", "--fault", "kill", ...FEW, "--out", folder],
    /round-robin +[\d.]+ %/,
  ],
])("numbers and units of %s can be searched for as they are typed", async (_, args, number) => {
  const { code, stdout } = await evenkeel(args());
  expect(code).toBe(0);
  expect(stdout).toMatch(number);
  expect(stdout).not.toContain("\u00a0");
});
