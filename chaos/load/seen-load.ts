import { countProbes } from "../measurement/counts.ts";
import type { ProbeRecord, ProberQuality } from "../measurement/probe.ts";
import { timedProbes } from "../measurement/recovery.ts";
import type { LoadTrialRecord } from "../report/load-record.ts";

/** What one trial saw of a load beside the main one. */
export interface SeenLoad {
  readonly record: LoadTrialRecord;
  readonly probes: readonly ProbeRecord[];
  /** Probes that failed in the steady state, before the fault. */
  readonly baselineFailures: number;
}

/** The fault and the recovery of the main load, around which every load is counted. */
export interface AroundFault {
  /** Since when the steady state had held. */
  readonly steadyNs: bigint;
  /** P1, and how far from it the fault may have taken effect. */
  readonly injectedNs: bigint;
  readonly uncertaintyNs: bigint;
  /** P6; null when there is none. */
  readonly recoveredNs: bigint | null;
}

/**
 * Counts the probes of a load beside the main one. Failures belong to the time at which they were meant to
 * start; a long-lived connection that was lost belongs to the time at which it was.
 */
export function seenLoad(
  id: string,
  probes: readonly ProbeRecord[],
  quality: ProberQuality | null,
  { steadyNs, injectedNs, uncertaintyNs, recoveredNs }: AroundFault,
): SeenLoad {
  const dated = timedProbes(probes).map((probe) =>
    probe.failed && probe.record.class === "long-lived"
      ? { ...probe, intendedNs: probe.completedNs }
      : probe,
  );
  const counted = countProbes(dated, steadyNs, injectedNs, uncertaintyNs, recoveredNs);
  return {
    record: { id, probes: counted.probes, quality },
    probes,
    baselineFailures: counted.baselineFailures,
  };
}
