import type { PredictedWindow } from "../predicted-window.ts";
import { demand, formatMs } from "./terms.ts";

/** What decides how long a backend is out that live traffic ejected. */
export interface EjectionTimers {
  /** Of a first ejection. */
  readonly baseMs: number;
  /**
   * How often it was ejected of late, this one included.
   * @default 1
   */
  readonly times?: number;
  /**
   * Added at random, up to this.
   * @default 0
   */
  readonly jitterMs?: number;
  /** No ejection is longer, its jitter apart. */
  readonly maximumMs: number;
}

/**
 * Time from an ejection to the readmission.
 *
 * @throws RangeError when a term makes no sense
 */
export function ejectionTime(timers: EjectionTimers): PredictedWindow {
  const { baseMs, times = 1, jitterMs = 0, maximumMs } = timers;
  demand(baseMs > 0, "baseMs", baseMs, "above 0");
  demand(Number.isInteger(times) && times >= 1, "times", times, "a whole number from 1");
  demand(jitterMs >= 0, "jitterMs", jitterMs, "0 or more");
  demand(maximumMs >= baseMs, "maximumMs", maximumMs, "at least the base");
  const floorMs = Math.min(baseMs * times, maximumMs);
  return {
    of: "readmission",
    floorMs,
    meanMs: floorMs + jitterMs / 2,
    ceilingMs: floorMs + jitterMs,
    because: `${times} × ${formatMs(baseMs)}, at most ${formatMs(maximumMs)}, and 0 to ${formatMs(jitterMs)} at random`,
    source: "Envoy, outlier detection, base_ejection_time",
  };
}

/** What decides how soon a backend is ejected that has become slow. */
export interface LatencyTimers {
  /** Means are compared at the end of each interval. */
  readonly intervalMs: number;
  /** Of every backend before, and of the others. */
  readonly usualMs: number;
  /** Of the slow one. */
  readonly slowMs: number;
  /** The mean of an outlier is beyond so many times that of the others … */
  readonly factor: number;
  /** … and beyond it by at least this. */
  readonly minimumDifferenceMs: number;
}

/**
 * Time from the moment at which a backend becomes slow to its ejection. The moment falls anywhere in
 * an interval, and the mean over that interval is beyond the bound only if enough of it is slow.
 *
 * @throws RangeError when a term makes no sense, or the slow one is no outlier
 */
export function latencyEjection(timers: LatencyTimers): PredictedWindow {
  const { intervalMs, usualMs, slowMs, factor, minimumDifferenceMs } = timers;
  const boundMs = Math.max(factor * usualMs, usualMs + minimumDifferenceMs);
  demand(intervalMs > 0, "intervalMs", intervalMs, "above 0");
  demand(slowMs > boundMs, "slowMs", slowMs, `above ${formatMs(boundMs)}, the bound`);
  const needed = (boundMs - usualMs) / (slowMs - usualMs);
  // Its first slow answer comes after the slow time; until then nothing of it is counted.
  const floorMs = needed * intervalMs;
  const ceilingMs = (1 + needed) * intervalMs + slowMs;
  return {
    of: "ejection",
    floorMs,
    meanMs: (floorMs + ceilingMs) / 2,
    ceilingMs,
    because: `at the end of an interval of ${formatMs(intervalMs)} of which at least ${(needed * 100).toFixed(0)} % was slow (mean above ${formatMs(boundMs)}), and up to ${formatMs(slowMs)} to the first slow answer`,
    source: "latency outliers by means of intervals, the fault at a random time in one",
    periodMs: intervalMs,
  };
}
