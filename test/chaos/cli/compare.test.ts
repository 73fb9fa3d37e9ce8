import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { POLICY_NAMES } from "../../../balancer/index.ts";
import { FAULTS } from "../../../chaos/comparison/faults.ts";
import type { ComparisonRecord } from "../../../chaos/comparison/record.ts";
import { evenkeel } from "./evenkeel-process.ts";

// Each test starts the command; a busy machine may take long to.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "evenkeel-compare-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const QUICK = ["--policy", "random,peak-ewma", "--fault", "fast-5xx", "--repetitions", "7"];
const quick = (...more: string[]) => evenkeel(["compare", ...QUICK, "--out", folder, ...more]);

test("help names the policies and the faults", async () => {
  const { stdout } = await evenkeel(["compare", "--help"]);
  const flat = stdout.replaceAll(/\s+/g, " ");
  for (const name of [...POLICY_NAMES, ...FAULTS.map(({ id }) => id)]) expect(flat).toContain(name);
});

test("it says first how long it will take, and ends with where the report is", async () => {
  const { code, stdout, stderr } = await quick("--seed", "7");
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(
    /^3 policies under 1 fault, 7 runs of each, simulated: about .* Seed 7\.\n/,
  );
  expect(stdout).toContain("\npeak-ewma copes best.\n");
  const path = /\nReport: (.*)\n$/.exec(stdout)?.[1] ?? "";
  expect(readFileSync(path, "utf8")).toMatch(/^<!doctype html>/);
  const csv = readFileSync(path.replace(/html$/, "csv"), "utf8");
  expect(csv.trimEnd().split("\r\n")).toHaveLength(1 + 3 * 7);
});

test("JSON is the record that is in the folder, and the command in it repeats it", async () => {
  const { stdout } = await quick("--seed", "8", "--json", "--metric", "p99");
  const record = JSON.parse(stdout) as ComparisonRecord;
  const inFolder = readFileSync(join(folder, record.id, "comparison.json"), "utf8");
  expect(inFolder).toBe(stdout);
  const again = record.command.replace(/^npx evenkeel /, "").split(" ");
  const repeated = await evenkeel([...again, "--out", folder, "--json"]);
  expect((JSON.parse(repeated.stdout) as ComparisonRecord).faults).toEqual(record.faults);
});

test("outlier detection takes out who fails fast, whatever the policy", async () => {
  const { stdout } = await quick("--seed", "8", "--outlier-detection", "--json");
  const record = JSON.parse(stdout) as ComparisonRecord;
  expect(record).toMatchObject({ outlierDetection: true });
  expect(record.command).toContain(" --outlier-detection");
  // A sixth of what comes in five of eight seconds without it; five in a row with it, each time.
  for (const { failedShare } of record.faults[0]?.cells ?? []) {
    expect(failedShare).toBeGreaterThan(0);
    expect(failedShare).toBeLessThan(0.03);
  }
});

test("quietly it prints the path alone", async () => {
  const { stdout } = await quick("--seed", "9", "--quiet");
  expect(stdout).toMatch(/^\S+-compare-9\/comparison\.html\n$/);
});

describe("wrong use is 64 and says what to do", () => {
  test.each<[string, string[], ...string[]]>([
    [
      "an unknown policy",
      ["--policy", "best"],
      'no selection policy "best". Use one of: round-robin',
    ],
    [
      "an unknown fault",
      ["--fault", "quake"],
      "Use one of: slow-backend, fast-5xx, kill, flapping",
    ],
    ["an unknown metric", ["--metric", "mean"], "failed, p99"],
    [
      "too few repetitions",
      ["--repetitions", "5"],
      "Run 9 repetitions, or compare fewer policies.",
    ],
    [
      "nothing that can be run live",
      ["--live", "1m", "--fault", "recovery"],
      "No cell of this comparison can be run live: a lab cannot time",
      "Leave --live out",
    ],
    ["a budget that no run fits", ["--live", "5s"], "Use a duration from 30s to 12h"],
    ["a folder that cannot be", ["--out", "/proc/none"], "--out", "Name a folder"],
  ])("%s", async (_, args, ...said) => {
    const { code, stdout, stderr } = await evenkeel(["compare", ...args]);
    expect([code, stdout]).toEqual([64, ""]);
    for (const part of said) expect(stderr).toContain(part);
    expect(stderr).not.toMatch(/\n {4}at /);
  });
});
