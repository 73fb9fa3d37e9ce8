import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished, TestRunner } from "vitest";
import { COMPILE_CACHE_DIRECTORY } from "../../../chaos/setup/paths.ts";

/** The program behind `evenkeel`. */
export const MAIN = resolve(import.meta.dirname, "../../../chaos/cli/main.ts");

/** How a command ended, with everything it printed. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. Disposing ends it by force, with everything below it. */
export interface Running extends AsyncDisposable {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly ended: Promise<Ended>;
}

/**
 * Starts `evenkeel`, not on a terminal. What still runs when its test is over, as when the test ran out
 * of time, is ended by force, and what it had said is shown.
 */
export function startEvenkeel(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running {
  return startProgram([process.execPath, MAIN, ...args], env);
}

/** Runs `evenkeel` to its end. */
export async function evenkeel(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  await using running = startEvenkeel(args, env);
  return await running.ended;
}

export function startProgram(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running {
  const [program = "", ...args] = argv;
  const { NO_COLOR: _no, FORCE_COLOR: _force, NODE_OPTIONS: _options, ...inherited } = process.env;
  const child = spawn(program, args, {
    stdio: ["pipe", "pipe", "pipe"],
    // Halves the time until it does what is tested.
    env: { ...inherited, NODE_COMPILE_CACHE: COMPILE_CACHE_DIRECTORY, ...env },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<Ended>((done, failed) => {
    child.once("error", failed);
    child.once("close", (code, signal) => done({ code, signal, stdout, stderr }));
  });
  const running: Running = {
    pid: child.pid ?? -1,
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
  endWithTest(running, argv);
  return running;
}

/** Otherwise a program that hangs would go on beside the tests that follow, and hold what they need. */
function endWithTest(running: Running, argv: readonly string[]): void {
  // Hooks have no test; they end what they start.
  if (TestRunner.getCurrentTest() === undefined) return;
  onTestFinished(async () => {
    const { exitCode, signalCode } = running.child;
    if (exitCode !== null || signalCode !== null) return;
    console.error(`Ended by force: ${argv.join(" ")}\n${running.stdout()}${running.stderr()}`);
    await running[Symbol.asyncDispose]();
  });
}

/** A process that can be told from a later one of the same id. */
export interface Process {
  readonly pid: number;
  readonly startedAt: string;
  readonly command: string;
}

/** The processes below one, over all generations. */
export function descendants(pid: number): Process[] {
  const children = new Map<number, Process[]>();
  for (const entry of readdirSync("/proc")) {
    const found = /^\d+$/.test(entry) ? look(Number(entry)) : null;
    if (found === null) continue;
    children.set(found.parent, [...(children.get(found.parent) ?? []), found]);
  }
  const below = (of: number): Process[] =>
    (children.get(of) ?? []).flatMap((child) => [child, ...below(child.pid)]);
  return below(pid);
}

/** Those of the processes that still run. */
export function stillRunning(processes: readonly Process[]): Process[] {
  return processes.filter(({ pid, startedAt }) => look(pid)?.startedAt === startedAt);
}

/** Null for what is gone or waits to be reaped. */
function look(pid: number): (Process & { readonly parent: number }) | null {
  try {
    // The name in brackets may hold anything; what follows the last bracket is numbers.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, parent] = fields;
    if (state === "Z" || state === "X") return null;
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return { pid, startedAt: fields[19] ?? "", command, parent: Number(parent) };
  } catch {
    return null;
  }
}

/**
 * Looks again and again until there is something to see.
 *
 * @throws Error at the deadline, with what was waited for
 */
export async function until<T>(
  waitingFor: string,
  seen: () => T | null | undefined | false,
  deadlineMs = 60_000,
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const found = seen();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`Not within ${deadlineMs} ms: ${waitingFor}`);
    await sleep(5);
  }
}
