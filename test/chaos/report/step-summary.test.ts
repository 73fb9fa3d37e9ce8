import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { appendStepSummary } from "../../../chaos/report/step-summary.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-step-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("the summary of a CI step", () => {
  it("is added to what stands there, one run below the other", async () => {
    const path = join(folder, "summary.md");
    await writeFile(path, "Before.\n\n");
    const environment = { GITHUB_STEP_SUMMARY: path };
    expect(await appendStepSummary("## One\n", environment)).toBeNull();
    expect(await appendStepSummary("## Two\n\n\n", environment)).toBeNull();
    expect(await readFile(path, "utf8")).toBe("Before.\n\n## One\n\n## Two\n\n");
  });

  it.each([{}, { GITHUB_STEP_SUMMARY: "" }])(
    "is written nowhere without its file",
    async (environment) => {
      expect(await appendStepSummary("## One\n", environment)).toBeNull();
      expect(await readdir(folder)).toEqual([]);
    },
  );

  it("that cannot be written is told and nothing else", async () => {
    const environment = { GITHUB_STEP_SUMMARY: join(folder, "nowhere", "summary.md") };
    expect(await appendStepSummary("## One\n", environment)).toMatch(
      /^The step's summary was not written \(GITHUB_STEP_SUMMARY\): ENOENT/,
    );
  });
});
