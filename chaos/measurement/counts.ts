import type { TrialRecord } from "../report/record.ts";
import { OUTCOMES, type Outcome } from "./probe.ts";
import type { TimedProbe } from "./recovery.ts";

/** How many probes there were and how they ended. */
export interface ProbeCounts {
  readonly probes: TrialRecord["probes"];
  /** Failed probes of the steady state: they had ended before the fault. */
  readonly baselineFailures: number;
  /** Probes that were open at the fault and failed. */
  readonly inFlightFailed: number;
}

/**
 * Counts probes around a fault. Failures belong to the time at which they were meant to start.
 *
 * @param steadyNs since when the steady state had held; failures before that were waited out
 * @param uncertaintyNs the fault took effect within this distance of `injectedNs`
 * @param recoveredNs P6; null when there is none, then every failure after the fault is "during"
 */
export function countProbes(
  probes: readonly TimedProbe[],
  steadyNs: bigint,
  injectedNs: bigint,
  uncertaintyNs: bigint,
  recoveredNs: bigint | null,
): ProbeCounts {
  const byOutcome = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<
    Outcome,
    number
  >;
  const counts = {
    failedBefore: 0,
    failedInFlight: 0,
    failedDuring: 0,
    failedAfter: 0,
    inFlightAtFault: 0,
  };
  let baselineFailures = 0;
  let inFlightFailed = 0;
  for (const probe of probes) {
    byOutcome[probe.record.outcome] += 1;
    const inFlight = probe.sentNs < injectedNs && probe.completedNs >= injectedNs;
    if (inFlight) counts.inFlightAtFault += 1;
    if (!probe.failed) continue;
    if (inFlight) inFlightFailed += 1;
    // What fails while the fault may be taking effect is no failure of the steady state.
    const surelyBefore = probe.completedNs < injectedNs - uncertaintyNs;
    if (probe.intendedNs > steadyNs && surelyBefore) baselineFailures += 1;
    if (probe.intendedNs < injectedNs && !surelyBefore) counts.failedInFlight += 1;
    if (probe.intendedNs < injectedNs) counts.failedBefore += 1;
    else if (recoveredNs === null || probe.intendedNs <= recoveredNs) counts.failedDuring += 1;
    else counts.failedAfter += 1;
  }
  return {
    probes: { sent: probes.length, byOutcome, ...counts },
    baselineFailures,
    inFlightFailed,
  };
}
