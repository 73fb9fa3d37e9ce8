import { vrrpSkewMs } from "../measurement/windows/vrrp.ts";
import { freezeRhythmMs, type DisturbanceId, type DoseTimers } from "./dose.ts";
import { probabilityOfRun } from "./run-of-losses.ts";

/** What a prediction is of. */
export interface PredictionInput {
  readonly disturbance: DisturbanceId;
  readonly timers: DoseTimers;
  /** Priority of the balancer that waits, 1 to 254. */
  readonly backupPriority: number;
  /** How long the disturbance was active, each time. */
  readonly spansMs: readonly number[];
}

/**
 * The probability that the floating address moves although nobody died; null where theory has none.
 *
 * @param dose share of the packets that are lost; of freezes only their spans count
 */
export function predictedMove(input: PredictionInput, dose: number): number | null {
  if (dose === 0) return 0;
  switch (input.disturbance) {
    case "loss":
      return input.spansMs.reduce((moved, ms) => either(moved, moveByLoss(input, ms, dose)), 0);
    case "freeze":
      return input.spansMs.reduce((moved, ms) => either(moved, moveByFreeze(input, ms)), 0);
    case "cpu":
      return null;
  }
}

/** How long each time a dose is meant to be active, within so long in all. */
export function wantedSpans(
  disturbance: DisturbanceId,
  timers: DoseTimers,
  exposureMs: number,
  dose: number,
): readonly number[] {
  if (dose === 0 || disturbance !== "freeze") return [exposureMs];
  return Array.from(
    { length: freezesWithin(timers, exposureMs) },
    () => dose * freezeRhythmMs(timers),
  );
}

/** How many freezes come in so long, at least one. */
export function freezesWithin(timers: DoseTimers, exposureMs: number): number {
  return Math.max(1, Math.floor(exposureMs / freezeRhythmMs(timers)));
}

/** How long no advert may come before the peer takes the address. */
export function silenceMs(timers: DoseTimers, backupPriority: number): number {
  const { advertIntervalMs, downTimerAdverts } = timers;
  return downTimerAdverts * advertIntervalMs + vrrpSkewMs({ advertIntervalMs, backupPriority });
}

/** Adverts fall into the span at any phase, so that it has one more of them with what is left over. */
function moveByLoss({ timers }: PredictionInput, spanMs: number, loss: number): number {
  const adverts = spanMs / timers.advertIntervalMs;
  const [whole, over] = [Math.floor(adverts), adverts - Math.floor(adverts)];
  const run = (count: number): number => probabilityOfRun(count, timers.downTimerAdverts, loss);
  return (1 - over) * run(whole) + over * run(whole + 1);
}

/** The last advert was sent at any time within one interval before the freeze; thawed, it is sent at once. */
function moveByFreeze({ timers, backupPriority }: PredictionInput, spanMs: number): number {
  const { advertIntervalMs } = timers;
  const beyond = spanMs + advertIntervalMs - silenceMs(timers, backupPriority);
  return Math.min(1, Math.max(0, beyond / advertIntervalMs));
}

function either(one: number, other: number): number {
  return one + other - one * other;
}
