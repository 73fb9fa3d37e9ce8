import type { TimelineEvent } from "../environment/environment.ts";
import type { Measured, TrialRecord } from "../report/record.ts";
import type { Heartbeat, Hurt } from "../scenario.ts";
import { achievedPhase, medianPeriod } from "./phase.ts";

/** The period is measured over this many beats before the fault. */
const RECENT_BEATS = 10;

/** When the heart beat, in order, by what was seen. */
export function beatsOf(
  events: readonly TimelineEvent[],
  heartbeat: Heartbeat,
  hurt: Hurt,
): bigint[] {
  return events
    .filter((event) => heartbeat.isBeat(event, hurt))
    .map((event) => BigInt(event.monotonicNs))
    .sort((a, b) => (a < b ? -1 : 1));
}

/** Where in the heartbeat the fault fell: measured, never assumed. */
export function phaseOf(
  heartbeat: Heartbeat | undefined,
  events: readonly TimelineEvent[],
  hurt: Hurt,
  injectedNs: bigint,
  wantedMs: number | null,
): TrialRecord["phase"] {
  if (heartbeat === undefined) {
    const achieved: Measured = { value: null, reason: "no heartbeat decides this scenario" };
    return { of: null, periodMs: null, wantedMs: null, achieved };
  }
  const beatsNs = beatsOf(events, heartbeat, hurt);
  const periodNs = medianPeriod(beatsNs.filter((beat) => beat <= injectedNs).slice(-RECENT_BEATS));
  return {
    of: heartbeat.of,
    periodMs: periodNs === null ? null : Number(periodNs) / 1e6,
    wantedMs,
    achieved:
      periodNs === null
        ? { value: null, reason: "fewer than two beats were seen before the fault" }
        : achievedPhase({ beatsNs, injectedNs, periodNs, silenced: heartbeat.silenced }),
  };
}
