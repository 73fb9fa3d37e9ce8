import { existsSync, readFileSync } from "node:fs";
import type { AbortRule } from "./abort-rule.ts";

/** What can be short, as the kernel's pressure stall information names it. */
export type Resource = "cpu" | "io" | "memory";

/** Where the kernel tells for how long something has waited. */
export interface Pressure {
  /** Whether it tells that at all. */
  readonly exists: (resource: Resource) => boolean;
  /** Its file's text. */
  readonly read: (resource: Resource) => string;
}

const PROC: Pressure = {
  exists: (resource) => existsSync(`/proc/pressure/${resource}`),
  read: (resource) => readFileSync(`/proc/pressure/${resource}`, "utf8"),
};

/**
 * Ends a trial while the machine under it is short of something: in more than this share of the last
 * `withinMs`, some process waited for it. A lab shares the machine with all that runs beside it.
 *
 * @param limit.share above 0, below 1
 * @param pressure where that is read. @default /proc/pressure
 * @throws RangeError for limits that cannot be
 * @see https://docs.kernel.org/accounting/psi.html
 */
export function machineBusy(
  limit: { readonly resource: Resource; readonly share: number; readonly withinMs: number },
  pressure: Pressure = PROC,
): AbortRule {
  const { resource, share, withinMs } = limit;
  if (!(share > 0 && share < 1)) {
    throw new RangeError(`machineBusy: share is ${share}. Use a number above 0, below 1.`);
  }
  if (!(Number.isFinite(withinMs) && withinMs > 0)) {
    throw new RangeError(`machineBusy: withinMs is ${withinMs}. Use a number above 0.`);
  }
  return {
    title: `processes waited for ${resource} in more than ${Number((share * 100).toFixed(2))} % of ${withinMs} ms`,
    missing: () =>
      pressure.exists(resource)
        ? null
        : `this kernel has no /proc/pressure/${resource}; leave the rule out, or boot with psi=1`,
    watch: () => {
      const waits: { readonly atNs: bigint; readonly waitedUs: number }[] = [];
      return ({ nowNs }) => {
        const waitedUs = waitedIn(pressure.read(resource));
        waits.push({ atNs: nowNs, waitedUs });
        const fromNs = nowNs - BigInt(Math.round(withinMs * 1e6));
        // The latest one before the stretch begins it.
        while (waits[1] !== undefined && waits[1].atNs <= fromNs) waits.shift();
        const [first] = waits;
        if (first === undefined || first.atNs > fromNs) return null;
        const waited = (waitedUs - first.waitedUs) / (Number(nowNs - first.atNs) / 1e3);
        return waited > share ? `they did in ${Math.round(waited * 100)} %` : null;
      };
    },
  };
}

/** Microseconds since boot in which some process waited. */
function waitedIn(text: string): number {
  const total = /^some .*total=(\d+)/m.exec(text)?.[1];
  if (total === undefined)
    throw new RangeError(`no line "some … total=" in ${JSON.stringify(text)}`);
  return Number(total);
}
