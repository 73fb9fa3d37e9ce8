import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRun } from "../../../chaos/report/run-folder.ts";
import { emptyRun } from "../report/fixture.ts";
import { MAIN, startProgram } from "./evenkeel-process.ts";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "evenkeel-terminal-"));
  await createRun(join(folder, "a-run"), emptyRun().record);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What `evenkeel` writes to a terminal, which socat is for it. */
async function onTerminal(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const script = join(folder, "on-terminal.sh");
  const words = [process.execPath, MAIN, ...args].map((word) => `'${word}'`);
  writeFileSync(script, `#!/bin/sh\nexec ${words.join(" ")}\n`, { mode: 0o755 });
  await using socat = startProgram(["socat", "-u", `EXEC:${script},pty`, "STDOUT"], env);
  return (await socat.ended).stdout;
}

test.each([
  ["a terminal gets colours", { TERM: "xterm-256color" }, true],
  ["unless NO_COLOR is set", { TERM: "xterm-256color", NO_COLOR: "1" }, false],
  ["though not by an empty one", { TERM: "xterm-256color", NO_COLOR: "" }, true],
  ["a dumb terminal gets none", { TERM: "dumb" }, false],
])("%s", async (_, env, coloured) => {
  const report = await onTerminal(["report", join(folder, "a-run")], env);
  expect(report).toContain("Report: ");
  expect(report.includes("\u001b[")).toBe(coloured);
});
