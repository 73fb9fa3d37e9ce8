import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { FailoverRecord } from "../../../chaos/failover/record.ts";
import { evenkeel } from "./evenkeel-process.ts";

let runs: string;
beforeEach(() => void (runs = mkdtempSync(join(tmpdir(), "evenkeel-runs-"))));
afterEach(() => rmSync(runs, { recursive: true }));

test("one cell is run, recorded in a folder of its own, and reported beside its window", async () => {
  const { stdout, code } = await evenkeel([
    "failover",
    ...["--fault", "silent-kill", "--trials", "1", "--seed", "3", "--out", runs],
  ]);
  // A machine that is busy may make the one trial invalid; that is then what the report says.
  const folder = readdirSync(runs).find((name) => name.endsWith("-failover-3")) ?? "";
  const read = (name: string): string => readFileSync(join(runs, folder, name), "utf8");
  const record = JSON.parse(read("failover.json")) as FailoverRecord;
  expect(record).toMatchObject({ trials: 1, seed: 3, exitCode: code, notRun: [] });
  expect(record.cells).toHaveLength(1);
  expect(record.cells[0]).toMatchObject({
    id: "silent-kill",
    predicted: { floorMs: 206.25, ceilingMs: 306.25 },
  });
  expect(record.cells[0]?.trials.length).toBeGreaterThanOrEqual(1);
  expect(stdout.trim()).toMatch(/failover\.html$/);
  // By the number that record and reports have.
  expect(stdout).toMatch(/^silent kill: trial 0 \(1 of 1\): /m);
  expect(read("failover.md")).toContain("## silent kill");
  expect(read("failover.html")).toContain("</html>");
  const { run } = record.cells[0] ?? {};
  expect(readFileSync(join(runs, folder, run?.record ?? ""), "utf8")).toContain("evenkeel.run/4");
  expect(readFileSync(join(runs, folder, run?.report ?? ""), "utf8")).toContain("</html>");
});
