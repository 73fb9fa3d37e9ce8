import { readdirSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import type { EnginePlace } from "./engine-place.ts";

/** How often a process is looked at while it ends. */
const LOOK_MS = 50;
/** After SIGKILL; only a process in the kernel's hands takes longer. */
const KILLED_WITHIN_MS = 10_000;

/**
 * The process id of this project's engine; null when it does not run. A pid file may outlive its
 * engine and name a stranger, so the process itself is asked.
 */
export function enginePid(place: EnginePlace): number | null {
  const pid = Number(readText(place.pidFile).trim());
  return Number.isInteger(pid) && pid > 1 && isEngine(pid, place.data) ? pid : null;
}

/** An engine that an evenkeel checkout started with this data folder, whatever its pid file says. */
export function engineOfData(data: string): number | null {
  return processIds().find((pid) => isEngine(pid, data)) ?? null;
}

/**
 * Removes pid files whose processes have gone: a new engine takes any process of that number for the
 * one before. What still runs of that one, the new one takes over and ends.
 */
export function removeStalePidFiles(place: EnginePlace): void {
  if (enginePid(place) === null) rmSync(place.pidFile, { force: true });
  const file = `${place.exec}/containerd/containerd.pid`;
  const pid = Number(readText(file).trim());
  if (!belongsTo(pid, place)) rmSync(file, { force: true });
}

/**
 * Ends what an engine left that was killed: its containerd, the shims of its containers, which carry
 * its folder in their arguments, and the containers below them. An engine must not run.
 */
export async function endLeftovers(place: EnginePlace): Promise<void> {
  const left = new Set(processIds().filter((pid) => belongsTo(pid, place)));
  for (let before = -1; before !== left.size;) {
    before = left.size;
    for (const pid of processIds()) if (left.has(parentOf(pid))) left.add(pid);
  }
  await Promise.all([...left].map((pid) => endProcess(pid, 0)));
  removeStalePidFiles(place);
}

/**
 * Ends a process, and waits until it has gone.
 *
 * @param graceMs between SIGTERM and SIGKILL; 0 sends SIGKILL at once
 * @returns whether it ended by itself in that time
 */
export async function endProcess(pid: number, graceMs: number): Promise<boolean> {
  if (graceMs > 0) {
    signal(pid, "SIGTERM");
    if (await hasGone(pid, graceMs)) return true;
  }
  signal(pid, "SIGKILL");
  await hasGone(pid, KILLED_WITHIN_MS);
  return false;
}

async function hasGone(pid: number, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (isAlive(pid)) {
    if (performance.now() > deadline) return false;
    await wait(LOOK_MS);
  }
  return true;
}

/** A zombie has ended; it only waits for its parent to look. */
export function isAlive(pid: number): boolean {
  const stat = readText(`/proc/${pid}/stat`);
  return stat !== "" && !/\) [ZX] /.test(stat);
}

function isEngine(pid: number, data: string): boolean {
  const argv = argvOf(pid);
  const at = argv.indexOf("--data-root");
  return isAlive(pid) && /(^|\/)dockerd$/.test(argv[0] ?? "") && at > 0 && argv[at + 1] === data;
}

function belongsTo(pid: number, place: EnginePlace): boolean {
  return argvOf(pid).some((argument) => argument.startsWith(`${place.exec}/`));
}

/** 0 of a process that has gone. */
function parentOf(pid: number): number {
  const stat = readText(`/proc/${pid}/stat`);
  // The name in parentheses may contain anything.
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? 0);
}

function argvOf(pid: number): readonly string[] {
  return readText(`/proc/${pid}/cmdline`).split("\0");
}

function processIds(): readonly number[] {
  return readdirSync("/proc").map(Number).filter(Number.isInteger);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // ESRCH: it went by itself.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
