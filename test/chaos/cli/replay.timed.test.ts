import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runRecordSchema } from "../../../chaos/report/record-schema.ts";
import { readRun } from "../../../chaos/report/run-folder.ts";
import { evenkeel } from "./evenkeel-process.ts";

let runs: string;
beforeEach(() => void (runs = mkdtempSync(join(tmpdir(), "evenkeel-replay-"))));
afterEach(() => rmSync(runs, { recursive: true }));

/** The folder of the one run below. */
function only(folder: string): string {
  const names = readdirSync(folder);
  expect(names).toHaveLength(1);
  return join(folder, names[0] ?? "");
}

test("a control that ran in a lab is run again as the same control, with the same seeds", async () => {
  const [first, second] = [join(runs, "first"), join(runs, "second")];
  await evenkeel([
    ...["run", "backend-killed", "--control", "--trials", "1", "--seed", "9"],
    ...["--out", first, "--quiet"],
  ]);
  const { record: before } = await readRun(only(first));
  const { code, stdout } = await evenkeel(["replay", only(first), "--out", second, "--quiet"]);
  const { record: after } = await readRun(only(second));
  expect(stdout).toBe(`${join(only(second), "report.html")}\n`);
  expect(code).toBe(after.exitCode);
  expect(after.scenario).toEqual(before.scenario);
  expect(after.topology).toEqual(before.topology);
  expect(after.trialsPlanned).toBe(1);
  const seeds = ({ trials }: typeof before) => trials.slice(0, 1).map(({ seed }) => seed);
  expect(seeds(after)).toEqual(seeds(before));
  expect(after.command).toBe("npx evenkeel run backend-killed --control --trials 1 --seed 9");
  const written = JSON.parse(readFileSync(join(only(second), "run.json"), "utf8")) as unknown;
  // Nothing of a real record is unknown to its schema.
  expect(runRecordSchema.parse(written)).toEqual(written);
});

test("a cell of `evenkeel failover` is run again with the same timers and seeds, by the same command", async () => {
  const [first, second] = [join(runs, "first"), join(runs, "second")];
  await evenkeel([
    ...["failover", "--fault", "silent-kill", "--trials", "1", "--seed", "9"],
    ...["--advert", "50ms", "--priorities", "200,100", "--out", first, "--quiet"],
  ]);
  const folder = readdirSync(first).find((name) => name.endsWith("-failover-silent-kill-9")) ?? "";
  const { record: before } = await readRun(join(first, folder));
  const { code, stdout, stderr } = await evenkeel([
    ...["replay", join(first, folder), "--out", second, "--quiet"],
  ]);
  const { record: after } = await readRun(only(second));
  expect(stdout).toBe(`${join(only(second), "report.html")}\n`);
  expect(code).toBe(after.exitCode);
  expect(stderr).not.toContain("The scenario differs");
  expect(after.scenario).toEqual(before.scenario);
  expect(after.topology).toEqual(before.topology);
  expect(after.topology.virtualAddress?.vrrp.advertIntervalMs).toBe(50);
  expect(after.trials[0]?.seed).toBe(before.trials[0]?.seed);
  expect(after.command).toBe(before.command);
  expect(after.command).toContain("evenkeel failover --fault silent-kill");
});
