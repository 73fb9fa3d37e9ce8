import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { expect, test, vi } from "vitest";

// Whatever lists the verbs loads them all; on a machine that does much else that alone takes seconds.
vi.setConfig({ testTimeout: 60_000 });

const launcher = resolve(import.meta.dirname, "../../../chaos/cli/evenkeel.js");

test("a Node that does not strip types is told so in a sentence, with the next step", async () => {
  const { code, stderr } = await node(["--no-experimental-strip-types", launcher, "--help"]);
  expect(code).toBe(64);
  expect(stderr).toContain("needs Node 24 or later");
  expect(stderr).toContain("npx evenkeel");
  expect(stderr).not.toContain("Error");
});

test("help is printed and is no failure", async () => {
  const { code, stdout } = await node([launcher, "--help"]);
  expect(code).toBe(0);
  expect(stdout).toContain("doctor");
  expect(stdout).toContain("Exit codes:");
});

test("an unknown verb is wrong use", async () => {
  const { code, stderr } = await node([launcher, "frobnicate"]);
  expect(code).toBe(64);
  expect(stderr).toContain("unknown command 'frobnicate'");
});

async function node(args: readonly string[]) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
    const child = execFile(process.execPath, [...args], (_error, stdout, stderr) =>
      done({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
