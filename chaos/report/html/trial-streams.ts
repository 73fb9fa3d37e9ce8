import type { TrialRecord } from "../record.ts";
import { millisecondsBetween } from "../reference.ts";
import type { LoadedRun, TrialEvent, TrialProbe } from "../run-folder.ts";

/** An event with the number of its line and its time after P1. */
export interface SeenEvent {
  readonly line: number;
  readonly atMs: number;
  readonly event: TrialEvent;
}

/** A probe with the number of its line and its times after P1. */
export interface SeenProbe {
  readonly line: number;
  readonly intendedMs: number;
  readonly completedMs: number;
  readonly probe: TrialProbe;
}

/** One trial with what was seen during it, in the order of time. */
export interface SeenTrial {
  readonly trial: TrialRecord;
  /** Position in the record's list of trials, for references. */
  readonly position: number;
  readonly events: readonly SeenEvent[];
  /** Those of the main load. */
  readonly probes: readonly SeenProbe[];
}

/** Every trial of a run with its part of the streams. A trial that never had its fault has none. */
export function seenTrials(run: LoadedRun): readonly SeenTrial[] {
  const seen = run.record.trials.map((trial, position) => ({
    trial,
    position,
    events: [] as SeenEvent[],
    probes: [] as SeenProbe[],
  }));
  const byIndex = new Map(seen.map((one) => [one.trial.index, one]));
  for (const [index, event] of run.events.entries()) {
    const one = byIndex.get(event.trial);
    const fault = one?.trial.marks.injected;
    if (one === undefined || fault === undefined || fault.atMs === null) continue;
    const atMs = millisecondsBetween(fault.monotonicNs, event.monotonicNs);
    one.events.push({ line: index + 1, atMs, event });
  }
  for (const [index, probe] of run.probes.entries()) {
    if (probe.load !== undefined) continue;
    const one = byIndex.get(probe.trial);
    const fault = one?.trial.marks.injected;
    if (one === undefined || fault === undefined || fault.atMs === null) continue;
    one.probes.push({
      line: index + 1,
      intendedMs: millisecondsBetween(fault.monotonicNs, probe.intendedNs),
      completedMs: millisecondsBetween(fault.monotonicNs, probe.completedNs),
      probe,
    });
  }
  for (const one of seen) {
    one.events.sort((a, b) => a.atMs - b.atMs);
    one.probes.sort((a, b) => a.intendedMs - b.intendedMs);
  }
  return seen;
}

/**
 * Position of the trial to show first: the one whose outage is the median, else the first that did
 * not pass, else the first.
 */
export function representativeTrial(run: LoadedRun): number {
  const { trials } = run.record;
  const withOutage = trials
    .flatMap((trial, position) =>
      trial.outage.value === null || trial.verdict === "invalid"
        ? []
        : [{ position, outage: trial.outage.value }],
    )
    .toSorted((a, b) => a.outage - b.outage);
  const median = withOutage[Math.floor((withOutage.length - 1) / 2)];
  if (median !== undefined) return median.position;
  const notPassed = trials.findIndex((trial) => trial.verdict !== "pass");
  return Math.max(notPassed, 0);
}
