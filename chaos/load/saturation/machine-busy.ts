import { cpus } from "node:os";

/** CPU time of the machine so far, over all cores. */
export interface BusyTicks {
  readonly total: number;
  readonly idle: number;
}

/** Reads it. The difference of two readings says how busy it was in between. */
export function readBusyTicks(): BusyTicks {
  const times = cpus().map((core) => core.times);
  return {
    total: times.reduce(
      (sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq,
      0,
    ),
    idle: times.reduce((sum, { idle }) => sum + idle, 0),
  };
}

/** Share of all CPU time between two readings that was not idle, 0 to 1. */
export function busyShare(before: BusyTicks, after: BusyTicks): number {
  const total = after.total - before.total;
  return total <= 0 ? 0 : 1 - (after.idle - before.idle) / total;
}
