import { expect, test } from "vitest";
import { evenkeel } from "./evenkeel-process.ts";

test.each<[string, string[], string]>([
  ["no topology", [], "missing required argument 'topology-or-scenario'"],
  [
    "an unknown one",
    ["no-such"],
    'There is no topology or scenario "no-such". Known: active-passive',
  ],
  [
    "an unknown balancer",
    ["active-active", "--balancer", "lb-9"],
    'There is no balancer "lb-9" in topology active-active. Known: lb-1, lb-2.',
  ],
  [
    "a service time without a unit",
    ["single", "--service", "50"],
    "'50' is invalid. Use a duration with its unit, from 1ms to 10000ms: 50ms, 2s.",
  ],
  ["a step that is too short", ["single", "--step", "100ms"], "from 500ms to 60000ms"],
  ["a single connection", ["single", "--max-connections", "1"], "Use a whole number from 2."],
  ["a path without its slash", ["single", "--path", "cart"], "Use a path that begins with a slash"],
])("%s is wrong use, told before anything is started", async (_, args, said) => {
  const { code, stdout, stderr } = await evenkeel(["capacity", ...args]);
  expect([code, stdout]).toEqual([64, ""]);
  expect(stderr).toContain(said);
  expect(stderr).not.toMatch(/\n {4}at /);
});

test("its help tells every exit code, and that it is no verdict", async () => {
  const { code, stdout } = await evenkeel(["capacity", "--help"]);
  expect(code).toBe(0);
  for (const one of ["0 found", "2 not the node", "3 still growing", "64 wrong use", "130 inter"]) {
    expect(stdout).toContain(one);
  }
  expect(stdout).toContain("not a verdict");
});
