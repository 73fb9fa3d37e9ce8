import { spawn } from "node:child_process";
import { link, mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { once } from "node:events";
import { Socket } from "node:net";
import { dirname, join } from "node:path";
import {
  bootIdOfThisMachine,
  LEASE_SCHEMA,
  leasePath,
  leaseSchema,
  leaseState,
  type Lease,
} from "../../../stacks/topology.ts";
import { within } from "../deadline.ts";
import { LabError } from "../errors.ts";

/** A lease that is not renewed for this long is abandoned; many times what a busy machine stands still. */
const TTL_MS = 60_000;
const RENEW_EVERY_MS = 5_000;
const WATCHDOG_START_MS = 30_000;
/** It has nothing to do any more, and ends in milliseconds. */
const WATCHDOG_END_MS = 10_000;

/** Where a lease is held. */
export interface LeaseOptions {
  /** The project's folder; leases are in `.evenkeel/leases` of it. */
  readonly root: string;
  /** The undo journal of what will be in force, an absolute path. */
  readonly journal?: string;
}

/** A lease that is held. */
export interface HeldLease {
  /** Gives it up: nothing is in force any more. */
  release(): Promise<void>;
}

/**
 * Holds the lease of a deployed topology, and has it watched: while it is held Terraform is kept out,
 * and if this process dies, however it dies, a watchdog in a session of its own brings the topology back.
 *
 * @throws LabError when somebody else holds it, or left it behind
 */
export async function holdLease(topologyId: string, options: LeaseOptions): Promise<HeldLease> {
  const path = leasePath(options.root, topologyId);
  const lease = (): Lease => ({
    schema: LEASE_SCHEMA,
    topology: topologyId,
    bootId: bootIdOfThisMachine(),
    runner: thisProcess(),
    expiresNs: (process.hrtime.bigint() + BigInt(TTL_MS) * 1_000_000n).toString(),
    ...(options.journal === undefined ? {} : { journal: options.journal }),
  });
  await take(path, lease());
  let renewing = Promise.resolve();
  const timer = setInterval(() => {
    renewing = renewing.then(() => replace(path, lease())).catch(() => undefined);
  }, RENEW_EVERY_MS);
  timer.unref();
  try {
    const watchdog = await startWatchdog(path);
    return {
      release: async () => {
        clearInterval(timer);
        await renewing;
        // Before the watchdog is let go of: without the file there is nothing for it to heal.
        await rm(path, { force: true });
        await watchdog.end();
      },
    };
  } catch (error) {
    clearInterval(timer);
    await rm(path, { force: true });
    throw error;
  }
}

/** What a lease file holds; null when there is none, or none that can be read. */
export async function readLease(path: string): Promise<Lease | null> {
  try {
    return leaseSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return null;
  }
}

/** Whether the process that holds a lease is there to heal what it does. */
export function isHeld(lease: Lease): boolean {
  const now = process.hrtime.bigint();
  return leaseState(lease, now, bootIdOfThisMachine()) === "live" && runs(lease.runner);
}

/** Makes the file, which must not be there. */
async function take(path: string, lease: Lease): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}.partial`;
  await writeFile(partial, JSON.stringify(lease));
  try {
    for (;;) {
      try {
        await link(partial, path);
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const other = await readLease(path);
      const isOver =
        other !== null &&
        leaseState(other, process.hrtime.bigint(), bootIdOfThisMachine()) === "over";
      if (!isOver) throw taken(lease.topology, other);
      // Of an earlier boot, which ended every fault.
      await rm(path, { force: true });
    }
  } finally {
    await rm(partial, { force: true });
  }
}

async function replace(path: string, lease: Lease): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  await writeFile(partial, JSON.stringify(lease));
  await rename(partial, path);
}

function taken(topologyId: string, other: Lease | null): LabError {
  if (other !== null && isHeld(other)) {
    return new LabError(
      `Process ${other.runner.pid} is running an experiment on ${topologyId}`,
      [],
      "Wait until it has ended.",
    );
  }
  return new LabError(
    `What was done to ${topologyId} has not been undone`,
    [],
    `Heal it: npx evenkeel heal ${topologyId}`,
  );
}

/** Starts the watchdog; resolves when it watches. */
async function startWatchdog(path: string): Promise<{ end(): Promise<void> }> {
  const log = await open(path.replace(/\.json$/, ".watchdog.log"), "w");
  try {
    const program = join(import.meta.dirname, "watchdog", "main.ts");
    // In a session of its own, so that what ends this process does not end it too.
    const watchdog = spawn(process.execPath, [program, path], {
      detached: true,
      stdio: ["pipe", "pipe", log.fd],
    });
    const { stdin, stdout } = watchdog;
    if (stdin === null || stdout === null) throw new TypeError("It was started with pipes.");
    const exited = once(watchdog, "exit");
    const ready = once(stdout, "data", { signal: AbortSignal.timeout(WATCHDOG_START_MS) });
    const look = `Look at ${path} and its log.`;
    const early = exited.then(() => {
      throw new LabError("The watchdog ended at its start", [], look);
    });
    early.catch(() => undefined);
    ready.catch(() => undefined);
    stdin.on("error", () => undefined);
    try {
      await Promise.race([ready, early]);
    } catch (error) {
      watchdog.kill("SIGKILL");
      if (error instanceof LabError) throw error;
      const late = `The watchdog did not watch within ${WATCHDOG_START_MS} ms`;
      throw new LabError(late, [], look);
    }
    // It waits for the end of this process, which must not wait for it: what could not be healed leaves
    // the lease held.
    watchdog.unref();
    stdout.destroy();
    if (stdin instanceof Socket) stdin.unref();
    return {
      end: async () => {
        stdin.end();
        try {
          await within(exited, WATCHDOG_END_MS, () => new Error("The watchdog still watches."));
        } catch {
          // Without a lease there is nothing that it could leave half-done.
          watchdog.kill("SIGKILL");
        }
      },
    };
  } finally {
    await log.close();
  }
}

function thisProcess(): Lease["runner"] {
  return { pid: process.pid, startTicks: startTicksOf(process.pid) ?? 0 };
}

function runs({ pid, startTicks }: Lease["runner"]): boolean {
  return startTicksOf(pid) === startTicks;
}

/** Start time of a process in clock ticks since boot; null when there is none, or it has ended. @see proc(5) */
function startTicksOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may contain anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? null : Number(fields[19]);
  } catch {
    return null;
  }
}
