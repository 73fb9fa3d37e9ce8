import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { startProgram, until } from "../cli/evenkeel-process.ts";
import { runs } from "./running.ts";

const PROGRAM = fileURLToPath(new URL("./interruption-main.ts", import.meta.url));

test("Ctrl-C waits for what it ends, also when npm hands it on again; a later one ends all at once", async () => {
  const folder = await mkdtemp(join(tmpdir(), "evenkeel-interruption-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await using program = startProgram([process.execPath, PROGRAM, folder]);
  await until("the start", () => existsSync(join(folder, "pid")));
  const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
  // Two at once; two of a kind might be handed over as one.
  for (const name of ["SIGINT", "SIGTERM"] as const) program.child.kill(name);
  for (const name of ["SIGINT", "SIGTERM"]) {
    await until(name, () => program.stdout().includes(`had ${name}`));
  }
  expect(runs(pid)).toBe(true);
  expect(program.child.exitCode).toBeNull();
  // Not to wait for anything: more than 3 s are what makes it a second one.
  await sleep(3_100);
  program.child.kill("SIGINT");
  expect((await program.ended).code).toBe(130);
  await until("the end of what it ran", () => !runs(pid));
  const told = program
    .stdout()
    .split("\n")
    .filter((line) => !line.startsWith("had"));
  expect(told).toEqual(["told: ending what is half done; once more ends it at once", ""]);
});
