import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { startProgram, until, type Running } from "./evenkeel-process.ts";

const PROGRAM = fileURLToPath(new URL("./stop-signals-main.ts", import.meta.url));

function lines(program: Running): string[] {
  return program.stdout().split("\n").slice(0, -1);
}

function times(program: Running, line: string): number {
  return lines(program).filter((seen) => seen === line).length;
}

test.each([
  ["SIGINT", "Ctrl-C"],
  ["SIGTERM", "SIGTERM"],
  ["SIGHUP", "SIGHUP"],
] as const)("%s stops once, and says what happens now", async (signal, name) => {
  await using program = startProgram([process.execPath, PROGRAM]);
  await until("the start", () => program.stdout().includes("ready"));
  program.child.kill(signal);
  await until("the signal", () => times(program, `had ${signal}`) === 1);
  expect(lines(program).slice(1)).toEqual([
    `told: ${name}: ending the lab and writing the record.`,
    `aborted: interrupted (${name})`,
    `had ${signal}`,
  ]);
  program.child.kill("SIGUSR2");
  expect((await program.ended).code).toBe(7);
});

test("what writes no record does not say that it would", async () => {
  await using program = startProgram([process.execPath, PROGRAM, "ending the lab"]);
  await until("the start", () => program.stdout().includes("ready"));
  program.child.kill("SIGINT");
  await until("the signal", () => times(program, "had SIGINT") === 1);
  expect(lines(program)[1]).toBe("told: Ctrl-C: ending the lab.");
});

test("what npm hands on at once is no second Ctrl-C; a later one changes nothing but is answered", async () => {
  await using program = startProgram([process.execPath, PROGRAM]);
  await until("the start", () => program.stdout().includes("ready"));
  program.child.kill("SIGINT");
  await until("the first", () => times(program, "had SIGINT") === 1);
  program.child.kill("SIGINT");
  await until("the duplicate", () => times(program, "had SIGINT") === 2);
  const told = lines(program).filter((line) => line.startsWith("told"));
  expect(told).toHaveLength(1);
  // Not to wait for anything: 600 ms are what makes it a second one.
  await sleep(600);
  program.child.kill("SIGINT");
  await until("the second", () => times(program, "had SIGINT") === 3);
  expect(lines(program).slice(-2)).toEqual([
    "told: Still ending the lab; faults are always undone first.",
    "had SIGINT",
  ]);
  expect(lines(program).filter((line) => line.startsWith("aborted"))).toHaveLength(1);
  expect(program.child.exitCode).toBeNull();
  program.child.kill("SIGUSR2");
  expect((await program.ended).code).toBe(7);
});

test("the death of the process that started it stops it too", async () => {
  // The colon keeps the shell from replacing itself by the program.
  const shell = `"${process.execPath}" "${PROGRAM}"; :`;
  await using parent = startProgram(["/bin/sh", "-c", shell]);
  const pid = await until("the start", () => /ready (\d+)/.exec(parent.stdout())?.[1]);
  expect(Number(pid)).not.toBe(parent.pid);
  parent.child.kill("SIGKILL");
  await until("the message", () => parent.stdout().includes("aborted"), 2_000);
  expect(lines(parent).slice(1)).toEqual([
    "told: the process that started this one died: ending the lab and writing the record.",
    "aborted: interrupted (the process that started this one died)",
  ]);
  process.kill(Number(pid), "SIGUSR2");
  // Its end closes the output that it shared with its parent.
  await parent.ended;
});
