import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createRun } from "../../../chaos/report/run-folder.ts";
import { passingRun } from "../report/fixture.ts";
import { evenkeel } from "./evenkeel-process.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "evenkeel-replay-"))));
afterEach(() => rmSync(folder, { recursive: true }));

async function recorded(scenarioId: string): Promise<string> {
  const run = join(folder, "a-run");
  const { record } = passingRun(42, 1);
  await createRun(run, { ...record, scenario: { ...record.scenario, id: scenarioId } });
  return run;
}

async function refused(run: string): Promise<string> {
  const out = join(folder, "out");
  const { code, stdout, stderr } = await evenkeel(["replay", run, "--out", out]);
  expect([code, stdout]).toEqual([64, ""]);
  expect(readdirSync(folder)).not.toContain("out");
  expect(stderr).not.toMatch(/\n {4}at /);
  return stderr;
}

describe("a replay is refused before anything is started", { timeout: 60_000 }, () => {
  test("when its scenario is gone, with the commit at which it was there", async () => {
    expect(await refused(await recorded("no-such"))).toMatch(
      /^error: .* ran the scenario no-such, and there is none of that name any more\. Check out the commit of the run \(4f43cb2d9c1e\), or run one of: .*backend-killed/,
    );
  });

  test("when its record has another schema", async () => {
    const run = await recorded("backend-killed");
    writeFileSync(join(run, "run.json"), '{"schema":"evenkeel.run/1"}');
    expect(await refused(run)).toContain(
      'has the schema "evenkeel.run/1", and this version reads "evenkeel.run/4"',
    );
  });

  test("when this version draws other seeds", async () => {
    expect(await refused(await recorded("backend-killed"))).toContain(
      "the schedule would be another. Replay it with the version that made it.",
    );
  });

  test("when there is no run", async () => {
    expect(await refused(join(folder, "nowhere"))).toContain("it holds no run.json");
  });
});
