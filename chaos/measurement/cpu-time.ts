import { readFileSync } from "node:fs";

/** The kernel tells CPU time to programs in ticks of 1/100 s, on every architecture that Node runs on. */
const TICK_MS = 10;

/** CPU time of the whole machine so far, in ticks, over all its cores. */
export interface CpuTicks {
  readonly total: number;
  /** Time in which a core had work and the hypervisor ran something else; null where the kernel does not tell. */
  readonly steal: number | null;
}

/**
 * Reads the machine's CPU time. The difference of two readings says what was stolen between them.
 *
 * @see proc_stat(5)
 */
export function readCpuTicks(stat = readFileSync("/proc/stat", "utf8")): CpuTicks {
  const fields = (/^cpu +(.*)$/m.exec(stat)?.[1] ?? "").split(" ").map(Number);
  // user nice system idle iowait irq softirq steal; guest time is in user already.
  return {
    total: fields.slice(0, 8).reduce((sum, ticks) => sum + ticks, 0),
    steal: fields[7] ?? null,
  };
}

/** Milliseconds of CPU stolen between two readings, summed over the cores; null where nobody tells. */
export function stolenMs(before: CpuTicks, after: CpuTicks): number | null {
  if (before.steal === null || after.steal === null) return null;
  return (after.steal - before.steal) * TICK_MS;
}

/** The same as a share of all CPU time in between, 0 to 1. */
export function stealShare(before: CpuTicks, after: CpuTicks): number | null {
  if (before.steal === null || after.steal === null) return null;
  return (after.steal - before.steal) / Math.max(1, after.total - before.total);
}

/** So much was stolen, in words. */
export function stolenWords(ms: number): string {
  return `${ms} ms of CPU were stolen from the machine by its hypervisor`;
}
