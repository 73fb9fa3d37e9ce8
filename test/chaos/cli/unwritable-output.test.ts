import { expect, test } from "vitest";
import { MAIN, startProgram } from "./evenkeel-process.ts";

/** `evenkeel` with its output somewhere else; what follows the arguments is the shell's. */
async function inShell(rest: string) {
  await using running = startProgram(["sh", "-c", `"$0" "$1" ${rest}`, process.execPath, MAIN]);
  return await running.ended;
}

test("a full disk below standard output is told, and is no success", async () => {
  const { code, stderr } = await inShell("list --json > /dev/full");
  expect(code).toBe(64);
  expect(stderr).toMatch(
    /^error: Standard output cannot be written: ENOSPC: .*\. Make room, or send it elsewhere\.\n$/,
  );
});

test("a full disk below standard error hides no exit code", async () => {
  const { code, stdout } = await inShell("list 2> /dev/full");
  expect(code).toBe(0);
  expect(stdout).toContain("backend-killed");
  expect((await inShell("simulate moon 2> /dev/full")).code).toBe(64);
});
