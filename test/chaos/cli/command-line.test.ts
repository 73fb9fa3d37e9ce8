import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { scenarioIds } from "../../../chaos/cli/scenario-catalogue.ts";
import type { LoadedRun } from "../../../chaos/report/run-folder.ts";
import { appendEvents, appendProbes, createRun } from "../../../chaos/report/run-folder.ts";
import { passingRun } from "../report/fixture.ts";
import { evenkeel } from "./evenkeel-process.ts";

// Every test starts the program, once or more; on a machine that does much else that alone takes seconds.
vi.setConfig({ testTimeout: 60_000 });

const VERBS = [
  "run",
  "replay",
  "plan",
  "graph",
  "deploy",
  "heal",
  "destroy",
  "up",
  "status",
  "exec",
  "inject",
  "down",
  "simulate",
  "compare",
  "failover",
  "dose-response",
  "capacity",
  "list",
  "report",
  "doctor",
];
let folder: string;
let run: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "evenkeel-cli-"));
  run = join(folder, "a-run");
  await writeRun(run, passingRun(42, 2));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function writeRun(directory: string, { record, events, probes }: LoadedRun): Promise<void> {
  await createRun(directory, record);
  for (const { index } of record.trials) {
    const of = <T extends { readonly trial: number }>(all: readonly T[]) =>
      all.flatMap(({ trial, ...rest }) => (trial === index ? [rest] : []));
    await appendEvents(directory, index, of(events));
    await appendProbes(directory, index, of(probes));
  }
}

describe("help", () => {
  test.each(VERBS)("of %s is no failure, gives an example, and each default once", async (verb) => {
    const { code, stdout, stderr } = await evenkeel([verb, "--help"]);
    expect(code).toBe(0);
    expect(stderr).toBe("");
    expect(stdout).toMatch(new RegExp(`Examples?:\\n  evenkeel ${verb}`));
    expect(stdout).not.toMatch(/\(default: [^)]*\)\s*\(default:/);
  });

  test("is a verb too, alone and with another one", async () => {
    expect(await evenkeel(["help"])).toEqual(await evenkeel(["--help"]));
    expect(await evenkeel(["help", "list"])).toEqual(await evenkeel(["list", "--help"]));
    const { code, stderr } = await evenkeel(["help", "rnu"]);
    expect([code, stderr.split("\n").slice(0, 2)]).toEqual([
      64,
      ["error: unknown command 'rnu'", "(Did you mean run?)"],
    ]);
  });

  test("without a verb it is help, and wrong use", async () => {
    const { code, stdout, stderr } = await evenkeel([]);
    expect(code).toBe(64);
    expect(stdout).toBe("");
    for (const verb of VERBS) expect(stderr).toMatch(new RegExp(`^  ${verb} `, "m"));
  });
});

describe("wrong use is 64, says what to do, and prints nothing on standard output", () => {
  test.each<[string, string[], ...string[]]>([
    [
      "an unknown verb",
      ["frobnicate"],
      "unknown command 'frobnicate'",
      `Verbs: ${VERBS.join(", ")}.`,
    ],
    ["a misspelt verb", ["rnu"], "Did you mean run?"],
    ["an unknown option", ["run", "backend-killed", "--trails", "3"], "Did you mean --trials?"],
    ["no scenario", ["run"], "missing required argument 'scenario'", "--help"],
    [
      "an unknown scenario",
      ["run", "no-such"],
      'There is no scenario "no-such". Known:',
      ...scenarioIds(),
    ],
    [
      "a misspelt scenario",
      ["run", "backend-kiled"],
      'There is no scenario "backend-kiled". Did you mean backend-killed? Known:',
    ],
    ["one unknown scenario of two", ["run", "backend-killed", "no-such"], 'no scenario "no-such"'],
    [
      "no trials",
      ["run", "backend-killed", "--trials", "0"],
      "'0' is invalid. Use a whole number from 1.",
    ],
    ["half a trial", ["run", "backend-killed", "--trials", "1.5"], "Use a whole number from 1."],
    ["trials in words", ["run", "backend-killed", "--trials", "ten"], "Use a whole number from 1."],
    [
      "no number of trials",
      ["run", "backend-killed", "--trials", ""],
      "Use a whole number from 1.",
    ],
    ["a negative seed", ["run", "backend-killed", "--seed", "-1"], "Use a whole number from 0."],
    ["an empty seed", ["run", "backend-killed", "--seed", ""], "Use a whole number from 0."],
    [
      "a seed of another base",
      ["run", "backend-killed", "--seed", "0x10"],
      "Use a whole number from 0.",
    ],
    [
      "a seed beyond whole numbers",
      ["run", "backend-killed", "--seed", "9007199254740993"],
      "Use a whole number",
    ],
    ["no run to report", ["report"], "missing required argument 'run'"],
    ["two formats of a report", ["report", "x", "--json", "--markdown"], "cannot be used with"],
    ["paths and a record", ["run", "backend-killed", "--quiet", "--json"], "cannot be used with"],
    [
      "a run beside the schema of all",
      ["report", "x", "--schema"],
      "Leave the run out, or --schema.",
    ],
    ["an unknown option of report", ["report", "x", "--jsn"], "Did you mean --json?"],
  ])("%s", async (_, args, ...said) => {
    const { code, stdout, stderr } = await evenkeel(args);
    expect(code).toBe(64);
    expect(stdout).toBe("");
    for (const part of said) expect(stderr).toContain(part);
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  test.each([
    ["below a file", () => join(run, "run.json", "runs"), "it is not a folder"],
    ["where the kernel makes none", () => "/proc/evenkeel-runs", "ENOENT"],
  ])("a folder for runs %s", async (_, out, reason) => {
    const { code, stdout, stderr } = await evenkeel(["run", "backend-killed", "--out", out()]);
    expect(code).toBe(64);
    expect(stdout).toBe("");
    expect(stderr).toContain(`Runs cannot be recorded in ${out()} (--out): ${reason}`);
    expect(stderr).toContain("Name a folder that you may write to.");
  });
});

describe("list", () => {
  test("as JSON is every scenario with its sentence, trials and control, and nothing else", async () => {
    const { code, stdout, stderr } = await evenkeel(["list", "--json"]);
    expect([code, stderr]).toEqual([0, ""]);
    const listed = JSON.parse(stdout) as Record<string, unknown>[];
    expect(listed.map(({ id }) => id)).toEqual(scenarioIds());
    for (const one of listed) {
      expect(one).toEqual({
        id: expect.any(String),
        sentence: expect.stringMatching(/\.$/),
        trials: expect.any(Number),
        controlWithout: expect.any(String),
      });
    }
  });

  test("for people has a line for each", async () => {
    const { code, stdout } = await evenkeel(["list"]);
    expect(code).toBe(0);
    for (const id of scenarioIds())
      expect(stdout).toMatch(new RegExp(`^${id}\n  [A-Z].*\\.\n`, "m"));
  });
});

describe("report", () => {
  test("renders again and ends with the path of the report", async () => {
    const { code, stdout, stderr } = await evenkeel(["report", run]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("PASSED");
    expect(stdout.trimEnd().split("\n").at(-1)).toBe(`Report: ${join(run, "report.html")}`);
    expect(readdirSync(run)).toEqual(
      expect.arrayContaining(["report.html", "report.md", "junit.xml"]),
    );
  });

  test("in a CI step adds to its summary", async () => {
    const summary = join(folder, "step-summary.md");
    const { code, stderr } = await evenkeel(["report", run], { GITHUB_STEP_SUMMARY: summary });
    expect([code, stderr]).toEqual([0, ""]);
    expect(readFileSync(summary, "utf8")).toMatch(/^## ✓ passed/);
  });

  test("takes the record's own path too", async () => {
    const { code, stdout } = await evenkeel(["report", join(run, "run.json")]);
    expect(code).toBe(0);
    expect(stdout).toContain(join(run, "report.html"));
  });

  test("as JSON prints the record, as Markdown the summary, and nothing else", async () => {
    const json = await evenkeel(["report", run, "--json"]);
    expect(JSON.parse(json.stdout)).toEqual(passingRun(42, 2).record);
    const markdown = await evenkeel(["report", run, "--markdown"]);
    expect(markdown.stdout).toMatch(/^#/);
  });

  test("without a run prints the schema of records, when that is asked for", async () => {
    const { code, stdout } = await evenkeel(["report", "--schema"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ title: "Record of a run (evenkeel.run/4)" });
  });

  test("writes no colours to what is not a terminal", async () => {
    const { stdout } = await evenkeel(["report", run], { TERM: "xterm-256color" });
    expect(stdout).not.toContain("\u001b[");
  });

  test("compares two runs, with the page in the second one's folder", async () => {
    const other = join(folder, "another-run");
    await writeRun(other, passingRun(43, 5));
    const { code, stdout, stderr } = await evenkeel(["report", "--compare", run, other]);
    expect([code, stderr]).toEqual([0, ""]);
    const page = join(other, `compared-with-${passingRun(42, 2).record.id}.html`);
    expect(stdout.trimEnd().split("\n").at(-1)).toBe(`Report: ${page}`);
    expect(stdout).toContain("too few trials to tell");
    expect(readFileSync(page, "utf8")).toMatch(/^<!doctype html>/);
    const json = await evenkeel(["report", "--compare", run, other, "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ schema: "evenkeel.run-comparison/1" });
  });

  test.each<[string, () => string[], string]>([
    ["one run", () => ["--compare", run], "--compare has one run. Name two runs of one scenario."],
    ["the same run twice", () => ["--compare", run, run], "Both are the run"],
    ["two without saying so", () => [run, run], "Add --compare to see them side by side"],
  ])("compares no %s", async (_, args, said) => {
    const { code, stdout, stderr } = await evenkeel(["report", ...args()]);
    expect([code, stdout]).toEqual([64, ""]);
    expect(stderr).toContain(said);
  });

  const ruined = async (name: string, ruin: (directory: string) => void): Promise<string> => {
    const directory = join(folder, name);
    await writeRun(directory, passingRun(42, 1));
    ruin(directory);
    return directory;
  };
  test.each<[string, (directory: string) => void, string]>([
    [
      "a folder that is no run",
      (directory) => rmSync(join(directory, "run.json")),
      "is not a run folder: it holds no run.json. Name a folder below runs/",
    ],
    [
      "a record of another schema",
      (directory) => writeFileSync(join(directory, "run.json"), '{"schema":"evenkeel.run/99"}'),
      'has the schema "evenkeel.run/99", and this version reads "evenkeel.run/4"',
    ],
    [
      "a record that is cut off",
      (directory) => truncateSync(join(directory, "run.json"), 1_000),
      "is not a whole run record: its 1000 bytes are not complete JSON. Copy the file again",
    ],
    [
      "a record that is empty",
      (directory) => truncateSync(join(directory, "run.json"), 0),
      "its 0 bytes are not complete JSON",
    ],
    [
      "probes that are cut off",
      (directory) => truncateSync(join(directory, "probes.ndjson.gz"), 100),
      "probes.ndjson.gz is cut off or damaged",
    ],
    [
      "events that are cut off",
      (directory) => truncateSync(join(directory, "events.ndjson"), 100),
      "events.ndjson is cut off or damaged",
    ],
  ])("%s is told with the next step, without a stack", async (name, ruin, said) => {
    const directory = await ruined(name.replaceAll(" ", "-"), ruin);
    const { code, stdout, stderr } = await evenkeel(["report", directory]);
    expect([code, stdout]).toEqual([64, ""]);
    expect(stderr).toContain(said);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  test("a folder that is not there", async () => {
    const { code, stderr } = await evenkeel(["report", join(folder, "nowhere")]);
    expect(code).toBe(64);
    expect(stderr).toContain("it holds no run.json");
  });
});
