import type { PredictedWindow } from "../predicted-window.ts";
import { demand, formatMs } from "./terms.ts";

/** How often a checker looks. */
export interface CheckInterval {
  readonly intervalMs: number;
  /**
   * Every interval is drawn uniformly from interval × (1 ± jitter). 0 to below 1.
   * @default 0
   */
  readonly jitter?: number;
}

/** What decides how soon active checks find a dead backend. */
export interface CheckTimers extends CheckInterval {
  /** How long a check waits for an answer; only a silent failure takes that long. */
  readonly timeoutMs: number;
  /** Failures in a row. */
  readonly fall: number;
  /** `refused` fails at once; `silent` after the timeout. */
  readonly failure: "refused" | "silent";
  /**
   * What the interval lies between: two starts, or the end of a check and the next start. They
   * differ only when checks take time, that is for silent failures.
   */
  readonly scheduling: "start-to-start" | "end-to-start";
  /**
   * Interval after the first failure, HAProxy's `fastinter`. From start to start it may be shorter
   * than the timeout; the next check then begins as soon as the last one is over.
   * @default intervalMs
   */
  readonly fastIntervalMs?: number;
}

/** What decides how soon active checks take a backend back. */
export interface ReadmissionTimers extends CheckInterval {
  /** Interval while it fails, HAProxy's `downinter`. @default intervalMs */
  readonly downIntervalMs?: number;
  /** Interval after the first success. @default intervalMs */
  readonly fastIntervalMs?: number;
  /** Successes in a row. */
  readonly rise: number;
}

const SOURCE = "periodic checks, the fault at a random time in the interval";

/**
 * Time from a fault to the check that completes `fall` failures in a row. The fault falls anywhere
 * in an interval; the checks before it took no time.
 *
 * @throws RangeError when a term makes no sense, or when checks would overlap
 */
export function checkDetection(timers: CheckTimers): PredictedWindow {
  const { jitter, following, waiting } = terms(timers);
  const { intervalMs } = timers;
  return {
    of: "detection",
    floorMs: following.floorMs + waiting,
    meanMs: meanRest(intervalMs, jitter) + following.meanMs + waiting,
    ceilingMs: intervalMs * (1 + jitter) + following.ceilingMs + waiting,
    because: `0 to 1 interval of ${formatMs(intervalMs)}${jitterText(jitter)}, ${restText(timers, following.meanMs, waiting)}`,
    source: SOURCE,
    periodMs: intervalMs,
  };
}

/**
 * The same for a fault at a known time after the begin of the last check (its end, for end-to-start
 * scheduling): floor and ceiling differ only by jitter.
 *
 * @param phaseMs from the last check to the fault
 * @throws RangeError also when the phase is longer than an interval can be
 */
export function checkDetectionAtPhase(timers: CheckTimers, phaseMs: number): PredictedWindow {
  const { jitter, following, waiting } = terms(timers);
  const longest = timers.intervalMs * (1 + jitter);
  demand(
    phaseMs >= 0 && phaseMs <= longest,
    "phaseMs",
    phaseMs,
    `0 to ${formatMs(longest)}, the longest interval`,
  );
  // An interval that has already lasted for `phaseMs` is at least that long.
  const shortest = Math.max(timers.intervalMs * (1 - jitter), phaseMs);
  return {
    of: "detection",
    floorMs: shortest - phaseMs + following.floorMs + waiting,
    meanMs: (shortest + longest) / 2 - phaseMs + following.meanMs + waiting,
    ceilingMs: longest - phaseMs + following.ceilingMs + waiting,
    because: `fault ${formatMs(phaseMs)} after a check, next one ${formatMs(timers.intervalMs)}${jitterText(jitter)} after it, ${restText(timers, following.meanMs, waiting)}`,
    source: SOURCE,
  };
}

/**
 * Time from the moment at which a backend answers again to the check that completes `rise`
 * successes in a row.
 *
 * @throws RangeError when a term makes no sense
 */
export function checkReadmission(timers: ReadmissionTimers): PredictedWindow {
  const { intervalMs, rise } = timers;
  const { downIntervalMs: down = intervalMs, fastIntervalMs: fast = intervalMs } = timers;
  const jitter = checkedJitter(timers);
  demand(Number.isInteger(rise) && rise >= 1, "rise", rise, "a whole number from 1");
  demand(down > 0, "downIntervalMs", down, "above 0");
  demand(fast > 0, "fastIntervalMs", fast, "above 0");
  const following = (rise - 1) * fast;
  return {
    of: "readmission",
    floorMs: following * (1 - jitter),
    meanMs: meanRest(down, jitter) + following,
    ceilingMs: (down + following) * (1 + jitter),
    because: `0 to 1 interval of ${formatMs(down)}${jitterText(jitter)}, then ${rise - 1} more${fast === down ? "" : ` (${formatMs(following)})`}`,
    source: SOURCE,
    periodMs: down,
  };
}

/** The intervals after the first failing check, and the time that failing checks themselves take. */
function terms(timers: CheckTimers) {
  const { intervalMs, timeoutMs, fall, failure, scheduling } = timers;
  const fast = timers.fastIntervalMs ?? intervalMs;
  const jitter = checkedJitter(timers);
  demand(Number.isInteger(fall) && fall >= 1, "fall", fall, "a whole number from 1");
  demand(timeoutMs > 0, "timeoutMs", timeoutMs, "above 0");
  demand(fast > 0, "fastIntervalMs", fast, "above 0");
  const isLate = failure === "silent" && scheduling === "start-to-start";
  const following = spacing(fall - 1, fast, jitter, isLate ? timeoutMs : 0);
  if (failure === "refused") return { jitter, following, waiting: 0 };
  if (scheduling === "end-to-start") return { jitter, following, waiting: fall * timeoutMs };
  const shortest = intervalMs * (1 - jitter);
  demand(
    timeoutMs <= shortest,
    "timeoutMs",
    timeoutMs,
    `at most ${formatMs(shortest)}, the shortest interval, or end-to-start scheduling`,
  );
  return { jitter, following, waiting: timeoutMs };
}

/** What `count` intervals take, each no shorter than the check that it begins with. */
function spacing(count: number, intervalMs: number, jitter: number, checkMs: number) {
  const [shortest, longest] = [intervalMs * (1 - jitter), intervalMs * (1 + jitter)];
  const mean =
    checkMs <= shortest
      ? intervalMs
      : checkMs >= longest
        ? checkMs
        : // The mean of the larger of both, the interval being uniform between its ends.
          ((checkMs - shortest) * checkMs + (longest ** 2 - checkMs ** 2) / 2) /
          (longest - shortest);
  return {
    floorMs: count * Math.max(shortest, checkMs),
    meanMs: count * mean,
    ceilingMs: count * Math.max(longest, checkMs),
  };
}

/** What is left of the interval that a fault falls into; with jitter, long ones are hit more often: E[L²] / 2 E[L]. */
function meanRest(intervalMs: number, jitter: number): number {
  return (intervalMs * (1 + jitter ** 2 / 3)) / 2;
}

function checkedJitter(interval: CheckInterval): number {
  const jitter = interval.jitter ?? 0;
  demand(interval.intervalMs > 0, "intervalMs", interval.intervalMs, "above 0");
  demand(jitter >= 0 && jitter < 1, "jitter", jitter, "0 to below 1");
  return jitter;
}

function jitterText(jitter: number): string {
  return jitter === 0 ? "" : ` ± ${Number((jitter * 100).toFixed(1))} %`;
}

function restText(timers: CheckTimers, followingMs: number, waitingMs: number): string {
  const intervals = `then ${timers.fall - 1} more (${formatMs(followingMs)})`;
  if (timers.failure === "refused") return `${intervals}, refused at once`;
  const timeouts = timers.scheduling === "end-to-start" ? timers.fall : 1;
  return `${intervals}, ${timeouts} × timeout ${formatMs(timers.timeoutMs)} (${formatMs(waitingMs)}, ${timers.scheduling})`;
}
