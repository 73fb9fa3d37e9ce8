import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { DoseResponseRecord, DoseTrial } from "../../../chaos/dose-response/record.ts";
import { evenkeel } from "./evenkeel-process.ts";

let runs: string;
beforeEach(() => void (runs = mkdtempSync(join(tmpdir(), "evenkeel-runs-"))));
afterEach(() => rmSync(runs, { recursive: true }));

/** Runs it, and reads what it wrote. */
async function doseResponse(...args: readonly string[]) {
  const { stdout, code } = await evenkeel([
    "dose-response",
    ...args,
    ...["--seed", "3", "--out", runs, "--quiet"],
  ]);
  const folder = readdirSync(runs).find((name) => name.endsWith("-dose-response-3")) ?? "";
  const read = (name: string): string => readFileSync(join(runs, folder, name), "utf8");
  const record = JSON.parse(read("dose-response.json")) as DoseResponseRecord;
  expect(record).toMatchObject({ seed: 3, exitCode: code, left: [] });
  return { stdout, read, record };
}

/**
 * The trials of each dose of the only curve that say how often the address moved. A busy machine may spoil
 * trials for the prober; the address does not care.
 */
function toldOf(record: DoseResponseRecord): readonly (readonly DoseTrial[])[] {
  expect(record.curves).toHaveLength(1);
  const told = (record.curves[0]?.doses ?? []).map(({ trials }) =>
    trials.filter(({ moves }) => moves !== null),
  );
  for (const trials of told) expect(trials.length).toBeGreaterThanOrEqual(1);
  return told;
}

test("at dose 0 the address never moves, at total loss always, as late as the timers say", async () => {
  const { stdout, read, record } = await doseResponse(
    ...["--doses", "100", "--timers", "100ms/10", "--exposure", "1500ms", "--trials", "2"],
  );
  const [zero = [], total = []] = toldOf(record);
  expect(zero.map(({ moves }) => moves)).toEqual(zero.map(() => 0));
  for (const { moves, firstMoveMs, counts } of total) {
    expect(moves).toBeGreaterThanOrEqual(1);
    // Ten adverts and a skew of 41 or 61 ms after the last one, which came up to an interval before.
    expect(firstMoveMs).toBeGreaterThan(930);
    // What stood still for the prober may have stood still for the peer.
    if (counts) expect(firstMoveMs).toBeLessThan(1_500);
  }
  expect(record.curves[0]?.doses.map(({ predicted }) => predicted ?? "no trial counts")).toEqual(
    record.curves[0]?.doses.map(({ counted, dose }) => (counted === 0 ? "no trial counts" : dose)),
  );
  expect(stdout.trim()).toMatch(/dose-response\.html$/);
  expect(read("dose-response.html")).toContain("</html>");
  expect(read("dose-response.md")).toContain("## Adverts 100 ms × 10");
  expect(read("dose-response.csv").trim().split("\r\n")).toHaveLength(3);
  for (const { run } of record.curves[0]?.doses ?? []) {
    const path = (name: string): string => join(runs, record.id, name);
    const own = readFileSync(path(run.record), "utf8");
    expect(own).toContain("address-stays");
    expect(own).toContain("its rules dropped");
    expect(readFileSync(path(run.report), "utf8")).toContain("</html>");
  }
});

test("a short freeze moves nothing, one that outlasts the timers always does", async () => {
  const { record } = await doseResponse(
    ...["--disturbance", "freeze", "--doses", "20,70", "--exposure", "600ms", "--trials", "1"],
  );
  const [zero = [], short = [], long = []] = toldOf(record);
  expect([...zero, ...short].map(({ moves }) => moves)).toEqual([...zero, ...short].map(() => 0));
  for (const { moves } of long) expect(moves).toBe(1);
});

test("a budget without time for a single dose is wrong use that names what it takes", async () => {
  const { code, stderr } = await evenkeel([
    "dose-response",
    ...["--budget", "1s", "--trials", "2", "--out", runs],
  ]);
  expect(code).toBe(64);
  expect(stderr).toMatch(/no time for a single dose.*--budget \d+s or more/s);
  expect(readdirSync(runs)).toEqual([]);
});
