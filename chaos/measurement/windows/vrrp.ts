import type { PredictedWindow } from "../predicted-window.ts";
import { demand, formatMs } from "./terms.ts";

/** What decides how soon a backup takes over. */
export interface VrrpTimers {
  readonly advertIntervalMs: number;
  /** Priority of the router that takes over, 1 to 255. */
  readonly backupPriority: number;
  /**
   * Adverts that must be missed; keepalived's `down_timer_adverts`.
   * @default 3
   */
  readonly downTimerAdverts?: number;
}

const TAKEOVER_SOURCE = "RFC 9568 §6.1 (Skew_Time, Active_Down_Interval), §6.4.2";
const HANDOVER_SOURCE = "RFC 9568 §6.1 (Skew_Time), §6.4.2 (priority 0)";

/**
 * Skew_Time of VRRP version 3: the better the priority, the sooner a backup takes over.
 *
 * @throws RangeError when a timer makes no sense
 * @see RFC 9568 §6.1
 */
export function vrrpSkewMs(timers: VrrpTimers): number {
  demand(timers.advertIntervalMs > 0, "advertIntervalMs", timers.advertIntervalMs, "above 0");
  demand(
    Number.isInteger(timers.backupPriority) &&
      timers.backupPriority >= 1 &&
      timers.backupPriority <= 255,
    "backupPriority",
    timers.backupPriority,
    "a whole number from 1 to 255",
  );
  return ((256 - timers.backupPriority) / 256) * timers.advertIntervalMs;
}

/**
 * Outage when the active router falls silent: n × advert + skew after its last advert, which came
 * at most one advert interval before the fault.
 */
export function vrrpTakeover(timers: VrrpTimers): PredictedWindow {
  const { advert, adverts, skew } = terms(timers);
  return {
    of: "outage",
    floorMs: (adverts - 1) * advert + skew,
    meanMs: (adverts - 0.5) * advert + skew,
    ceilingMs: adverts * advert + skew,
    because: `${adverts - 1} to ${adverts} adverts of ${formatMs(advert)} + ${skewText(timers, skew)}`,
    source: TAKEOVER_SOURCE,
    periodMs: advert,
  };
}

/**
 * Outage when the active router falls silent at a known time after its last advert.
 *
 * @param phaseMs from the last advert to the fault. Slightly negative when an advert still came out
 * after the fault, slightly longer than the interval when the sender was late.
 */
export function vrrpTakeoverAtPhase(timers: VrrpTimers, phaseMs: number): PredictedWindow {
  const { advert, adverts, skew } = terms(timers);
  const outage = Math.max(0, adverts * advert + skew - phaseMs);
  return {
    of: "outage",
    floorMs: outage,
    meanMs: outage,
    ceilingMs: outage,
    because: `${adverts} adverts of ${formatMs(advert)} + ${skewText(timers, skew)}, fault ${formatMs(phaseMs)} after the last advert`,
    source: TAKEOVER_SOURCE,
  };
}

/** Outage when the active router resigns with an advert of priority 0: the backup waits only its skew. */
export function vrrpHandover(timers: VrrpTimers): PredictedWindow {
  const { skew } = terms(timers);
  return {
    of: "outage",
    floorMs: skew,
    meanMs: skew,
    ceilingMs: skew,
    because: `priority 0, then ${skewText(timers, skew)}`,
    source: HANDOVER_SOURCE,
  };
}

/** A script whose failures make the active router resign. */
export interface TrackScript {
  readonly intervalMs: number;
  /** Failures in a row. */
  readonly fall: number;
  /**
   * How long the script itself takes to fail.
   * @default 0
   */
  readonly durationMs?: number;
}

/** Outage when a tracked service dies: the script notices, the router resigns, the backup waits its skew. */
export function vrrpTrackScript(script: TrackScript, timers: VrrpTimers): PredictedWindow {
  demand(script.intervalMs > 0, "intervalMs", script.intervalMs, "above 0");
  demand(
    Number.isInteger(script.fall) && script.fall >= 1,
    "fall",
    script.fall,
    "a whole number from 1",
  );
  const { skew } = terms(timers);
  const fixed = (script.durationMs ?? 0) + skew;
  return {
    of: "outage",
    floorMs: (script.fall - 1) * script.intervalMs + fixed,
    meanMs: (script.fall - 0.5) * script.intervalMs + fixed,
    ceilingMs: script.fall * script.intervalMs + fixed,
    because: `${script.fall - 1} to ${script.fall} script runs every ${formatMs(script.intervalMs)}, ${formatMs(script.durationMs ?? 0)} each to fail, then priority 0 and ${skewText(timers, skew)}`,
    source: `keepalived.conf(5) vrrp_script; ${HANDOVER_SOURCE}`,
    periodMs: script.intervalMs,
  };
}

function terms(timers: VrrpTimers) {
  const adverts = timers.downTimerAdverts ?? 3;
  demand(
    Number.isInteger(adverts) && adverts >= 1 && adverts <= 100,
    "downTimerAdverts",
    adverts,
    "a whole number from 1 to 100",
  );
  return { advert: timers.advertIntervalMs, adverts, skew: vrrpSkewMs(timers) };
}

function skewText(timers: VrrpTimers, skew: number): string {
  return `skew ${formatMs(skew)} ((256 − ${timers.backupPriority})/256 × ${formatMs(timers.advertIntervalMs)})`;
}
