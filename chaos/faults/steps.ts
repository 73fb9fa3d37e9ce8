import type { FaultStep } from "../scenario.ts";
import type { Fault } from "./fault.ts";
import { seededRandom } from "../statistics/random.ts";
import { stopNode } from "./stop-node.ts";
import type { Target } from "./target.ts";

/** Steps made of others. A step's `afterMs` counts from the one before, as everywhere. */

/** One after another, in this order. */
export function sequence(
  ...parts: readonly (FaultStep | readonly FaultStep[])[]
): readonly FaultStep[] {
  return parts.flat();
}

/**
 * The same steps again and again.
 *
 * @param options.times how often in all, at least 1
 * @param options.pauseMs between two times, beside the first step's own `afterMs`. @default 0
 * @throws RangeError for another number of times
 */
export function repeat(
  steps: readonly FaultStep[],
  { times, pauseMs = 0 }: { readonly times: number; readonly pauseMs?: number },
): readonly FaultStep[] {
  whole("repeat", times);
  return Array.from({ length: times }, (_, time) =>
    steps.map((step, index) =>
      time > 0 && index === 0 ? { ...step, afterMs: step.afterMs + pauseMs } : step,
    ),
  ).flat();
}

/**
 * Nodes are stopped as planned and started again, one after another: the next only when the one before
 * is ready. Of a single node it is its restart.
 */
export function rollingRestart(
  targets: readonly Target[],
  options: {
    /** What a node may take to end. */
    readonly graceMs: number;
    /** How long it stays away at least. @default 0: it is started as soon as it has ended */
    readonly downMs?: number;
    /** Between the readiness of one and the stop of the next. @default 0 */
    readonly betweenMs?: number;
    /** Before the first. @default 0 */
    readonly afterMs?: number;
  },
): readonly FaultStep[] {
  const { graceMs, downMs = 0, betweenMs = 0, afterMs = 0 } = options;
  return targets.map((target, index) => ({
    fault: stopNode(target, { graceMs }),
    afterMs: index === 0 ? afterMs : betweenMs,
    forMs: downMs,
  }));
}

/**
 * A fault that is active for a share of the time: once in each slice of `everyMs`, at a place in it that
 * the seed decides.
 *
 * @param options.share above 0, below 1
 * @param options.times how many slices, at least 1
 * @throws RangeError for others
 */
export function timeSlices(
  fault: Fault,
  options: {
    readonly share: number;
    readonly everyMs: number;
    readonly times: number;
    readonly seed: number;
  },
): readonly FaultStep[] {
  const { share, everyMs, times, seed } = options;
  whole("timeSlices", times);
  if (!(share > 0 && share < 1)) {
    throw new RangeError(`timeSlices: share is ${share}. Use a number above 0, below 1.`);
  }
  const random = seededRandom(seed);
  const forMs = everyMs * share;
  // What is left of each slice is divided into before and after.
  const beforeMs = Array.from({ length: times }, () => random() * (everyMs - forMs));
  return beforeMs.map((ms, index) => {
    const last = beforeMs[index - 1];
    const leftMs = last === undefined ? 0 : everyMs - forMs - last;
    return { fault, afterMs: leftMs + ms, forMs };
  });
}

function whole(what: string, times: number): void {
  if (Number.isInteger(times) && times >= 1) return;
  throw new RangeError(`${what}: times is ${times}. Use a whole number from 1.`);
}
