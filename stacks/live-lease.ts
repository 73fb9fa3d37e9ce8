import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { idSchema } from "../balancer/index.ts";

/**
 * While faults are in force on a deployed topology, its runner holds a lease: a file that says so.
 * Terraform is kept out meanwhile, or it would replace the very node that a fault has stopped.
 */

export const LEASE_SCHEMA = "evenkeel.lease/1";

/** What stands in a lease file. Written to another name first, then renamed, so that none is half there. */
export const leaseSchema = z.strictObject({
  schema: z.literal(LEASE_SCHEMA),
  /** Id of the topology. */
  topology: idSchema,
  /** The kernel's boot id: no fault outlives a boot. */
  bootId: z.string(),
  /** The process that holds the lease and renews it. */
  runner: z.strictObject({
    pid: z.int().positive(),
    /** Start time in clock ticks since boot, from /proc/PID/stat: tells a reused pid. */
    startTicks: z.int().min(0),
  }),
  /** CLOCK_MONOTONIC, decimal nanoseconds: when it ends unless renewed. */
  expiresNs: z.string().regex(/^\d+$/, "is not a number of nanoseconds | Write it in decimal."),
  /** The undo journal of what is in force, an absolute path. */
  journal: z.string().startsWith("/", "is not absolute | Begin the path with /.").optional(),
});

export type Lease = z.output<typeof leaseSchema>;

/**
 * `live`: its runner renews it. `abandoned`: nobody renewed it in time, and what was in force may be
 * so still. `over`: the machine has booted since, which ended every fault.
 */
export type LeaseState = "live" | "abandoned" | "over";

/** A file in the folder of leases; its lease is undefined when the file holds none. */
export interface LeaseFile {
  readonly path: string;
  readonly lease: Lease | undefined;
}

/** Where the lease of a topology is. @param root the project's folder */
export function leasePath(root: string, topologyId: string): string {
  return join(folderOf(root), `${topologyId}.json`);
}

/** Every lease file of a project. @param root the project's folder */
export function leasesIn(root: string): readonly LeaseFile[] {
  return namesIn(folderOf(root)).flatMap((name) => {
    const path = join(folderOf(root), name);
    const text = readIfThere(path);
    return text === undefined ? [] : [{ path, lease: leaseOf(text) }];
  });
}

/** How a lease stands. @param nowNs CLOCK_MONOTONIC @param bootId the kernel's, now */
export function leaseState(lease: Lease, nowNs: bigint, bootId: string): LeaseState {
  if (lease.bootId !== bootId) return "over";
  return BigInt(lease.expiresNs) > nowNs ? "live" : "abandoned";
}

/** Thrown when topologies would be changed while faults are in force. */
export class FaultsInForce extends Error {
  readonly code = "faults-in-force";
  readonly side = "internal";
  readonly retryable = true;

  constructor(leases: readonly { readonly file: LeaseFile; readonly state: LeaseState }[]) {
    const lines = leases.map(({ file, state }) => {
      if (file.lease === undefined) return `  ${file.path} holds no lease that can be read`;
      const { topology, runner } = file.lease;
      return state === "live"
        ? `  ${topology}: process ${runner.pid} is running an experiment on it`
        : `  ${topology}: process ${runner.pid} left without healing it`;
    });
    const names = leases.flatMap(({ file }) => file.lease?.topology ?? []);
    super(
      `Faults may be in force, and a deployment would replace what they have stopped:\n${lines.join("\n")}\nWait for the experiment to end, or run: npx evenkeel heal${names.map((name) => ` ${name}`).join("")}`,
    );
    this.name = "FaultsInForce";
  }
}

/**
 * Lets nothing be deployed while a lease is held or was left behind.
 *
 * @param root the project's folder
 * @throws FaultsInForce
 */
export function refuseWhileFaultsAreInForce(
  root: string,
  now: { readonly nowNs: bigint; readonly bootId: string } = thisMoment(),
): void {
  const held = leasesIn(root).flatMap((file) => {
    // One that cannot be read may be anything.
    const state =
      file.lease === undefined ? "abandoned" : leaseState(file.lease, now.nowNs, now.bootId);
    return state === "over" ? [] : [{ file, state }];
  });
  if (held.length > 0) throw new FaultsInForce(held);
}

/** The present moment as leases tell time. */
function thisMoment(): { readonly nowNs: bigint; readonly bootId: string } {
  return { nowNs: process.hrtime.bigint(), bootId: bootIdOfThisMachine() };
}

/** The kernel's boot id. @see random(4) */
export function bootIdOfThisMachine(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

function folderOf(root: string): string {
  return join(root, ".evenkeel", "leases");
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** A file's text; undefined when it went away meanwhile, as leases do. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function leaseOf(text: string): Lease | undefined {
  try {
    return leaseSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
