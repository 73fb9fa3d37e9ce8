import { stripVTControlCharacters } from "node:util";
import { afterEach, expect, test, vi } from "vitest";
import { withProgress } from "../../../chaos/cli/run-progress.ts";
import { backendKilled } from "../../../scenarios/backend-killed.scenario.ts";
import { abortedRun, failedControl, invalidRun, passingRun } from "../report/fixture.ts";

afterEach(() => void vi.restoreAllMocks());

/** What is shown, not on a terminal, of a run that ends with that record. */
async function shown({ record }: ReturnType<typeof passingRun>, trials: number): Promise<string> {
  let text = "";
  vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  await withProgress(true, backendKilled, { trials }, (onProgress) => {
    onProgress({ kind: "run", seed: 7, directory: "/runs/a-run" });
    return Promise.resolve({ record, directory: "/runs/a-run" });
  });
  vi.restoreAllMocks();
  return stripVTControlCharacters(text);
}

test.each([
  ["that passed", "✓", passingRun()],
  ["that failed", "✗", failedControl()],
  ["that cannot be trusted", "!", invalidRun()],
  ["that was stopped", "■", abortedRun()],
])("a run %s ends with the sign of its verdict", async (_, sign, run) => {
  const last = (await shown(run, 5)).trimEnd().split("\n").at(-1);
  expect(last).toBe(`${sign} ${backendKilled.sentence}`);
});

test("one trial is not called trials", async () => {
  expect(await shown(passingRun(), 1)).toContain("seed 7, 1 trial, record in ");
  expect(await shown(passingRun(), 2)).toContain("seed 7, 2 trials, record in ");
});
