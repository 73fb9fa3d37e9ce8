import type { Arrivals } from "../measurement/probe.ts";
import { DEFAULT_ARRIVALS } from "../report/load-record.ts";
import type { Load, Scenario } from "../scenario.ts";

/**
 * How long it takes at most, from any moment since the first fault, until the next request of a load is
 * due, in milliseconds: what happens in between, nobody sees sooner. Bursts may fall anywhere; a ramp is as
 * slow as it can be when the steady state holds at once. Of `poisson`, which has no longest gap, the mean.
 */
export function longestGapMs(
  { ratePerSecond, arrivals = DEFAULT_ARRIVALS }: Pick<Load, "ratePerSecond" | "arrivals">,
  { steadyState, faults }: Pick<Scenario, "steadyState" | "faults">,
): number {
  const perMs = ratePerSecond / 1_000;
  switch (arrivals.kind) {
    case "constant":
    case "poisson":
      return 1 / perMs;
    case "ramp":
      return gapInRamp(perMs, arrivals, steadyState.durationMs + (faults[0]?.afterMs ?? 0));
    case "bursts":
      return gapOfBursts(perMs, arrivals);
  }
}

/** The gap that begins at a time: until the integral of the rate has grown by one. */
function gapInRamp(
  perMs: number,
  { fromPerSecond, overMs }: Extract<Arrivals, { readonly kind: "ramp" }>,
  sinceMs: number,
): number {
  const from = fromPerSecond / 1_000;
  // One that falls is slowest at its end.
  if (sinceMs >= overMs || from >= perMs) return 1 / perMs;
  const slope = (perMs - from) / overMs;
  const [begin, leftMs] = [from + slope * sinceMs, overMs - sinceMs];
  const dueInRamp = ((begin + perMs) / 2) * leftMs;
  if (dueInRamp < 1) return leftMs + (1 - dueInRamp) / perMs;
  // The root of begin·t + slope·t²/2 = 1, in the form that divides by no begin of 0.
  return 2 / (begin + Math.sqrt(begin * begin + 2 * slope));
}

/** The longest gap begins with a slow stretch, and takes in further ones where a whole period brings no request. */
function gapOfBursts(
  perMs: number,
  { burstPerSecond, everyMs, forMs }: Extract<Arrivals, { readonly kind: "bursts" }>,
): number {
  const burst = { perMs: burstPerSecond / 1_000, lastsMs: forMs };
  const calm = { perMs, lastsMs: everyMs - forMs };
  const [slow, fast] = burst.perMs < calm.perMs ? [burst, calm] : [calm, burst];
  const dueInSlow = slow.perMs * slow.lastsMs;
  const dueInPeriod = dueInSlow + fast.perMs * fast.lastsMs;
  const periods = Math.floor(1 / dueInPeriod);
  const rest = 1 - periods * dueInPeriod;
  const restMs =
    rest < dueInSlow ? rest / slow.perMs : slow.lastsMs + (rest - dueInSlow) / fast.perMs;
  return periods * everyMs + restMs;
}
