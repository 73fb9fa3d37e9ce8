import type { Model } from "./model.ts";
import { exponential } from "./random-time.ts";

/**
 * When requests arrive.
 *
 * @param random uniform in [0, 1)
 * @returns the time of the next arrival in milliseconds since the start, later with each call
 */
export function arrivalSource(arrivals: Model["arrivals"], random: () => number): () => number {
  const meanGapMs = 1000 / arrivals.ratePerSecond;
  let nowMs = 0;
  if (arrivals.kind === "poisson") {
    return () => {
      nowMs += exponential(meanGapMs, random);
      return nowMs;
    };
  }
  let onUntilMs = exponential(arrivals.meanOn, random);
  return () => {
    // The gap is counted in time that is on; what is left of it goes on after the pause.
    let gapMs = exponential(meanGapMs, random);
    while (nowMs + gapMs > onUntilMs) {
      gapMs -= onUntilMs - nowMs;
      nowMs = onUntilMs + exponential(arrivals.meanOff, random);
      onUntilMs = nowMs + exponential(arrivals.meanOn, random);
    }
    nowMs += gapMs;
    return nowMs;
  };
}

/** Requests a second in the long run, pauses included. */
export function meanRatePerSecond(arrivals: Model["arrivals"]): number {
  if (arrivals.kind === "poisson") return arrivals.ratePerSecond;
  return (arrivals.ratePerSecond * arrivals.meanOn) / (arrivals.meanOn + arrivals.meanOff);
}
