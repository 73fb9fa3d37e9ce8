import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Verdict } from "../../../chaos/report/record.ts";
import { measureFlakes, type FlakeRuns } from "../../../scenarios/figures/flakes.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "evenkeel-flakes-"));
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
});
afterAll(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs that end as they are told to, then pass, with the seeds that they were given. */
function fakeRuns(name: string, verdicts: readonly Verdict[] = []) {
  const [left, seeds]: [Verdict[], number[]] = [[...verdicts], []];
  const runs: FlakeRuns = {
    file: join(folder, name),
    scenarios: ["one", "two"],
    run: (scenario, seed) => {
      seeds.push(seed);
      return Promise.resolve({ verdict: left.shift() ?? "pass", runId: `${scenario}-${seed}` });
    },
    code: () => Promise.resolve({ commit: "0123456789abcdef", clean: true }),
  };
  return { runs, seeds };
}

test("runs are added to those before, each with a seed of its own", async () => {
  const first = fakeRuns("added.json");
  await measureFlakes(2, first.runs);
  const second = fakeRuns("added.json");
  const figure = await measureFlakes(1, second.runs);
  expect(new Set([...first.seeds, ...second.seeds]).size).toBe(6);
  expect(figure.rows[0]).toMatchObject({
    what: "`one`",
    measured: "3 in a row; 0 of 3 failed, which is at most 63.2 %",
    held: true,
  });
  expect(figure.rows.at(-1)).toMatchObject({ measured: "0 of 2", held: false });
  expect(JSON.parse(readFileSync(first.runs.file, "utf8"))).toMatchObject({
    scenarios: { one: [{ commit: "0123456789ab", clean: true, outcomes: "ppp" }] },
  });
});

test("a failure ends a row, is named in the file, and is lived down by 59 passes", async () => {
  const { runs, seeds } = fakeRuns("failed.json", ["fail", "invalid"]);
  const failed = await measureFlakes(2, runs);
  expect(failed.rows[0]).toMatchObject({
    measured:
      "1 in a row; 1 of 2 failed, which is at most 97.5 %, since the last one at most 95.0 %",
    held: false,
  });
  expect(failed.rows[1]?.measured).toMatch(
    /^1 in a row; 0 of 1 failed.*; 1 could not be measured$/,
  );
  expect(readFileSync(runs.file, "utf8")).toContain(`"0": "one-${seeds[0]}"`);
  const lived = await measureFlakes(58, runs);
  expect(lived.rows.map(({ held }) => held)).toEqual([true, true, true]);
  expect(lived.rows.at(-1)?.measured).toBe("2 of 2");
});

test("a promise that was never measured is not held", async () => {
  const { runs } = fakeRuns("never.json", ["invalid", "inconclusive"]);
  expect((await measureFlakes(1, runs)).rows.map(({ held }) => held)).toEqual([
    false,
    false,
    false,
  ]);
});

test("a file that is no record is refused, and left as it is", async () => {
  const { runs, seeds } = fakeRuns("broken.json");
  writeFileSync(runs.file, '{"schema":"evenkeel.flakes/2","scenarios":{}}');
  await expect(measureFlakes(1, runs)).rejects.toThrow(/evenkeel\.flakes\/1/);
  expect(seeds).toEqual([]);
  expect(readFileSync(runs.file, "utf8")).toContain("flakes/2");
});
