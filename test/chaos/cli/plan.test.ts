import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { scenarioIds } from "../../../chaos/cli/scenario-catalogue.ts";
import { evenkeel } from "./evenkeel-process.ts";

describe("evenkeel plan", { timeout: 30_000 }, () => {
  test("tells what a run would do and how to run it", async () => {
    const { code, stdout, stderr } = await evenkeel([
      ...["plan", "backend-killed", "--trials", "3", "--seed", "7"],
    ]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("kill of process backend on node app-1");
    expect(stdout.trimEnd().split("\n").at(-1)?.trim()).toBe(
      "npx evenkeel run backend-killed --trials 3 --seed 7",
    );
  });

  test("as JSON prints one plan for each scenario named, and nothing else", async () => {
    const { code, stdout, stderr } = await evenkeel([
      ...["plan", "backend-killed", "balancer-stopped", "backend-killed", "--json"],
    ]);
    expect([code, stderr]).toEqual([0, ""]);
    const plans = JSON.parse(stdout) as { schema: string; scenario: { id: string } }[];
    expect(plans.map(({ schema }) => schema)).toEqual(["evenkeel.plan/1", "evenkeel.plan/1"]);
    expect(plans.map(({ scenario }) => scenario.id)).toEqual([
      "backend-killed",
      "balancer-stopped",
    ]);
  });

  test("for Docker names containers and repeats what was asked for", async () => {
    const { stdout } = await evenkeel([
      ...[
        "plan",
        "balancer-node-killed",
        "--environment",
        "docker",
        "--topology",
        "active-passive",
      ],
    ]);
    expect(stdout).toContain("container active-passive-lb-a");
    expect(stdout).toMatch(/--environment docker --topology active-passive\n$/);
  });

  test("leaves no run behind", async () => {
    const runs = (): string[] => {
      try {
        return readdirSync("runs");
      } catch {
        return [];
      }
    };
    const before = runs().filter((run) => run.includes("balancer-stopped-4711"));
    await evenkeel(["plan", "balancer-stopped", "--seed", "4711"]);
    expect(runs().filter((run) => run.includes("balancer-stopped-4711"))).toEqual(before);
  });

  test.each<[string, string[], ...string[]]>([
    [
      "an unknown scenario lists the known ones",
      ["backend-killed", "no-such"],
      'There is no scenario "no-such". Known:',
      ...scenarioIds(),
    ],
    ["no scenario", [], "missing required argument 'scenario'"],
    ["no trials", ["backend-killed", "--trials", "0"], "Use a whole number from 1."],
    ["an unknown environment", ["backend-killed", "--environment", "cloud"], "namespace, docker"],
    [
      "a topology to attach to in a lab, which makes its own",
      ["backend-killed", "--topology", "shop"],
      "Add --environment docker",
    ],
  ])("%s", async (_, args, ...said) => {
    const { code, stdout, stderr } = await evenkeel(["plan", ...args]);
    expect([code, stdout]).toEqual([64, ""]);
    for (const part of said) expect(stderr).toContain(part);
    expect(stderr).not.toMatch(/\n {4}at /);
  });
});
