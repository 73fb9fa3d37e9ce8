import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { POLICY_NAMES } from "../../../balancer/index.ts";
import type { Comparison } from "../../../chaos/simulation/report/comparison.ts";
import { PRESET_NAMES } from "../../../chaos/simulation/presets.ts";
import { evenkeel } from "./evenkeel-process.ts";

// Each test starts the command; a busy machine may take long to.
vi.setConfig({ testTimeout: 120_000 });

const QUICK = ["--requests", "2000", "--repetitions", "1", "--seed", "7"];
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "evenkeel-simulate-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test("without a model it lists the presets, with a sentence each", async () => {
  const { code, stdout, stderr } = await evenkeel(["simulate"]);
  expect([code, stderr]).toEqual([0, ""]);
  for (const name of PRESET_NAMES)
    expect(stdout).toMatch(new RegExp(`^  ${name} +[^ ].*\\.$`, "m"));
});

test("help names the policies and the presets", async () => {
  const { stdout } = await evenkeel(["simulate", "--help"]);
  const flat = stdout.replaceAll(/\s+/g, " ");
  for (const name of [...POLICY_NAMES, ...PRESET_NAMES]) expect(flat).toContain(name);
});

test("a preset becomes a table that says its seed and how to repeat it", async () => {
  const { code, stdout, stderr } = await evenkeel(["simulate", "bursts", ...QUICK]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("1 run of 2,000 requests, seed 7");
  expect(stdout).toMatch(
    /\nagain: npx evenkeel simulate bursts --policies \S+ --requests 2000 --repetitions 1 --seed 7\n/,
  );
});

test("without a seed one is drawn and told, and repeats the result", async () => {
  const once = await evenkeel(["simulate", "bursts", "--requests", "500", "--repetitions", "1"]);
  const again = /\nagain: npx evenkeel (.*)\n/.exec(once.stdout)?.[1]?.split(" ") ?? [];
  expect(again).toContain("--seed");
  expect((await evenkeel(again)).stdout).toBe(once.stdout);
});

test("JSON is the whole comparison, the same for the same seed to the last byte", async () => {
  const args = [
    "simulate",
    "crash",
    ...QUICK,
    "--policies",
    "random,maglev:tableSize=251",
    "--json",
  ];
  const [first, second] = [await evenkeel(args), await evenkeel(args)];
  expect([first.code, first.stderr]).toEqual([0, ""]);
  expect(second.stdout).toBe(first.stdout);
  const comparison = JSON.parse(first.stdout) as Comparison;
  expect(comparison).toMatchObject({
    schema: "evenkeel.simulation/1",
    name: "crash",
    seed: 7,
    repetitions: 1,
    model: { requests: 2_000 },
  });
  expect(comparison.policies.map(({ policy }) => policy)).toEqual([
    "random",
    "maglev:tableSize=251",
  ]);
  expect(comparison.policies[0]?.runs[0]?.requests).toBe(2_000);
});

test("the rate can be changed, and is part of what repeats it", async () => {
  const { stdout } = await evenkeel(["simulate", "bursts", ...QUICK, "--rate", "100", "--json"]);
  const { command, model } = JSON.parse(stdout) as Comparison;
  expect(model.arrivals).toMatchObject({ kind: "on-off", ratePerSecond: 100 });
  expect(command).toContain(" --rate 100 ");
});

test("CSV has a line for each run", async () => {
  const { stdout } = await evenkeel(["simulate", "bursts", ...QUICK, "--csv"]);
  expect(stdout.trimEnd().split("\r\n")).toHaveLength(1 + 5);
});

test("a model that was printed and changed can be simulated, and plotted", async () => {
  const printed = await evenkeel(["simulate", "slow-backend", "--print-model"]);
  const model = JSON.parse(printed.stdout) as Record<string, unknown>;
  const [path, plot] = [join(folder, "mine.json"), join(folder, "mine.svg")];
  writeFileSync(path, JSON.stringify({ ...model, about: "Mine.", duration: "2s" }));
  const { code, stdout, stderr } = await evenkeel([
    ...["simulate", path, "--seed", "1", "--repetitions", "1"],
    ...["--policies", "round-robin,peak-ewma", "--svg", plot],
  ]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^mine {2}Mine\.\n/);
  expect(stdout).toContain(`\nPlots: ${plot}\n`);
  expect(readFileSync(plot, "utf8")).toMatch(/^<svg[^]*<\/svg>\n$/);
});

describe("wrong use is 64 and says what to do", () => {
  test.each<[string, string[], ...string[]]>([
    ["an unknown preset", ["moon"], 'There is no preset "moon". Known: supermarket, slow-backend'],
    ["a misspelt preset", ["slow-bakcend"], "Did you mean slow-backend? Known: supermarket"],
    [
      "a misspelt policy",
      ["bursts", "--policies", "random,roundrobin"],
      'no selection policy "roundrobin". Did you mean round-robin? Use one of: round-robin,',
    ],
    ["no policy", ["bursts", "--policies", ""], 'no selection policy ""'],
    ["options without a model", ["--json"], "There are options but no model", "supermarket"],
    ["no requests", ["bursts", "--requests", "0"], "Use a whole number from 1."],
    ["two formats", ["bursts", "--json", "--csv"], "cannot be used with"],
    [
      "a model that is not there",
      ["nowhere.json"],
      "The model nowhere.json cannot be read: ENOENT",
      "the name of a preset",
    ],
    [
      "plots where no file can be",
      ["bursts", "--svg", "/proc/none/plot.svg"],
      "The plots cannot be written to /proc/none/plot.svg (--svg)",
      "Name a file in a folder",
    ],
  ])("%s", async (_, args, ...said) => {
    const { code, stdout, stderr } = await evenkeel(["simulate", ...args]);
    expect(code).toBe(64);
    expect(stdout).toBe("");
    for (const part of said) expect(stderr).toContain(part);
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  test("a model with mistakes: all of them, each with its path", async () => {
    const path = join(folder, "wrong.json");
    writeFileSync(path, JSON.stringify({ about: "Wrong.", work: { kind: "slow" }, requests: 1 }));
    const { code, stderr } = await evenkeel(["simulate", path]);
    expect(code).toBe(64);
    for (const field of ["arrivals", "work", "backends"]) expect(stderr).toContain(`  ${field}`);
  });

  test("a model that is no JSON", async () => {
    const path = join(folder, "broken.json");
    writeFileSync(path, "{");
    const { code, stderr } = await evenkeel(["simulate", path]);
    expect(code).toBe(64);
    expect(stderr).toContain("evenkeel simulate slow-backend --print-model");
  });

  test("nothing is plotted when the model is refused", async () => {
    const plot = join(folder, "never.svg");
    expect((await evenkeel(["simulate", "moon", "--svg", plot])).code).toBe(64);
    expect(existsSync(plot)).toBe(false);
  });
});
