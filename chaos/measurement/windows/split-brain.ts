import type { PredictedWindow } from "../predicted-window.ts";
import { demand, formatMs } from "./terms.ts";
import { vrrpTakeover, type VrrpTimers } from "./vrrp.ts";

/**
 * How long two routers hold the address when they do not hear each other for a time: from the backup's
 * takeover until it hears the first advert of the better one after that, which is due within one interval
 * and comes at once when the better one hears the other's first.
 *
 * @param deafMs how long they do not hear each other; longer than the takeover takes
 * @throws RangeError when a timer makes no sense, or nobody would take over in that time
 */
export function vrrpSplitBrain(timers: VrrpTimers, deafMs: number): PredictedWindow {
  const takeover = vrrpTakeover(timers);
  const advertMs = timers.advertIntervalMs;
  demand(
    deafMs > takeover.ceilingMs,
    "deafMs",
    deafMs,
    `above ${formatMs(takeover.ceilingMs)}, or the backup may never take over`,
  );
  return {
    of: "split brain",
    floorMs: deafMs - takeover.ceilingMs,
    meanMs: deafMs - takeover.meanMs + advertMs / 2,
    ceilingMs: deafMs - takeover.floorMs + advertMs,
    because: `${formatMs(deafMs)} without hearing each other, less the takeover (${takeover.because}), plus up to one advert of ${formatMs(advertMs)}`,
    source: "RFC 9568 §6.4.2, §6.4.3 (advert of a higher or a lower priority)",
    periodMs: advertMs,
  };
}
