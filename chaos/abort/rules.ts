import type { ProbeRecord } from "../measurement/probe.ts";
import { msBetween, nsOfMs } from "../measurement/monotonic.ts";
import type { AbortRule } from "./abort-rule.ts";

/** A share of fewer requests says nothing. */
const SHARE_OF_AT_LEAST = 20;

/** How many failed requests are too many. */
export type TooManyFailed =
  | {
      /** More than so many; a whole number from 0. */
      readonly count: number;
      readonly share?: undefined;
    }
  | {
      /** More than this share of at least 20 requests; from 0, below 1. */
      readonly share: number;
      readonly count?: undefined;
    };

/**
 * Ends a trial in which more requests fail than a scenario expects. It counts those that ended within the
 * last `withinMs` and were meant to start after the steady state. A held connection counts whenever it was
 * opened, if it ended after the steady state.
 *
 * @param limit.load id of the load whose requests count. @default the main load
 * @throws RangeError for limits that cannot be
 */
export function moreFailedThan(
  limit: TooManyFailed & { readonly withinMs: number; readonly load?: string },
): AbortRule {
  const { count, share, withinMs, load } = limit;
  if (count !== undefined && (!Number.isInteger(count) || count < 0)) {
    throw new RangeError(`moreFailedThan: count is ${count}. Use a whole number from 0.`);
  }
  if (share !== undefined && !(share >= 0 && share < 1)) {
    throw new RangeError(`moreFailedThan: share is ${share}. Use a number from 0, below 1.`);
  }
  positive("moreFailedThan", "withinMs", withinMs);
  const of = load === undefined ? "" : ` of load ${load}`;
  const much = count === undefined ? `${percent(share ?? 0)} of the` : String(count);
  return {
    title: `more than ${much} requests${of} failed within ${withinMs} ms`,
    ...(load === undefined ? {} : { load }),
    watch: () => (seen) => {
      if (seen.armedNs === null) return null;
      const probes = load === undefined ? seen.probes : (seen.alongside[load] ?? []);
      const ended = endedSince(probes, seen.nowNs - nsOfMs(withinMs), seen.armedNs);
      const failed = ended.filter(({ outcome }) => outcome !== "ok").length;
      const tooMany =
        count === undefined
          ? ended.length >= SHARE_OF_AT_LEAST && failed > (share ?? 0) * ended.length
          : failed > count;
      return tooMany ? `${failed} of ${ended.length} requests failed` : null;
    },
  };
}

/** Ends a trial that takes longer than this, from before its deployment on. @throws RangeError for no time at all */
export function longerThan(ms: number): AbortRule {
  positive("longerThan", "ms", ms);
  return {
    title: `a trial took longer than ${ms} ms`,
    watch:
      () =>
      ({ nowNs, begunNs }) => {
        const tookMs = msBetween(begunNs, nowNs);
        return tookMs > ms ? `it has taken ${Math.round(tookMs)} ms` : null;
      },
  };
}

/** From the end, because probes come in the order in which they ended; batches may overlap a little. */
function endedSince(
  probes: readonly ProbeRecord[],
  fromNs: bigint,
  armedNs: bigint,
): readonly ProbeRecord[] {
  const slackNs = nsOfMs(250);
  const ended: ProbeRecord[] = [];
  for (let at = probes.length - 1; at >= 0; at -= 1) {
    const probe = probes[at];
    if (probe === undefined) break;
    const completedNs = BigInt(probe.completedNs);
    if (completedNs < fromNs - slackNs) break;
    // A steady state has all held connections open: they began before it.
    const countsFrom = probe.class === "long-lived" ? completedNs : BigInt(probe.intendedNs);
    if (completedNs >= fromNs && countsFrom >= armedNs) ended.push(probe);
  }
  return ended;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

function positive(rule: string, option: string, value: number): void {
  if (Number.isFinite(value) && value > 0) return;
  throw new RangeError(`${rule}: ${option} is ${value}. Use a number above 0.`);
}
