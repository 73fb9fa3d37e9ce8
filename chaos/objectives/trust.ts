import type { LoadTrialRecord } from "../report/load-record.ts";
import type { RunRecord, TrialRecord } from "../report/record.ts";

/**
 * Which trials count, and when too few of them can be trusted. A machine can be without a processor
 * for the prober for moments, because a neighbour of a virtual machine or another program has it: what
 * the prober then measures says nothing of the system. Such a trial is spoilt, and measured again.
 */

/** Share of the trials that count which may be untrustworthy before the whole run is. */
const UNTRUSTED_SHARE = 0.2;

/**
 * A run of few trials may measure more of them again than it has: one theft of some seconds can spoil
 * three in a row. A long one not more than it has, so that a machine that is always late ends it.
 */
const LEAST_REPETITIONS = 6;

/** How many spoilt trials a run of so many trials measures again at most. */
export function mostRepetitions(trials: number): number {
  return Math.max(LEAST_REPETITIONS, trials);
}

/** What the probers of a trial said of themselves, that of the main load first. */
type Probed = Pick<TrialRecord, "quality"> & {
  readonly alongside: readonly Pick<LoadTrialRecord, "quality">[];
};

/** How late the latest probe of a trial was, of all its loads, in milliseconds; 0 when no prober said anything. */
export function latestProbeMs({ quality, alongside }: Probed): number {
  return Math.max(
    ...[quality, ...alongside.map((load) => load.quality)].map((one) => one?.lagMaxMs ?? 0),
  );
}

/**
 * Whether it was the hypervisor that spoilt a trial: at least as much CPU was stolen from the machine as
 * the latest probe was late. One that got no further than its steady state is spoilt for that reason only.
 */
export function isStarved(trial: Probed & Pick<TrialRecord, "spoilt" | "stolenMs">): boolean {
  const { spoilt, stolenMs } = trial;
  return spoilt && stolenMs !== null && stolenMs >= latestProbeMs(trial);
}

/** A trial as far as trust goes. */
type Trusted = Pick<TrialRecord, "index" | "verdict" | "repeats">;

/** Index of the trial that measures this one again; undefined when none does. */
export function measuredAgainAs(
  trial: Pick<TrialRecord, "index">,
  trials: readonly Pick<TrialRecord, "index" | "repeats">[],
): number | undefined {
  return trials.find(({ repeats }) => repeats === trial.index)?.index;
}

/** The trials that count: all but those that were measured again. */
export function countedTrials<T extends Trusted>(trials: readonly T[]): T[] {
  return trials.filter((trial) => measuredAgainAs(trial, trials) === undefined);
}

/** Whether so many of the trials that count cannot be trusted that the run says nothing. */
export function tooManyUntrusted(trials: readonly Trusted[]): boolean {
  const counted = countedTrials(trials);
  return counted.filter(isUntrusted).length > UNTRUSTED_SHARE * counted.length;
}

/**
 * Whether a run is invalid for no other reason than that the hypervisor spoilt trials, more than could
 * be measured again: had those gone well, it would be valid.
 */
export function isStarvedRun(record: Pick<RunRecord, "verdict" | "trials">): boolean {
  const { verdict, trials } = record;
  if (verdict !== "invalid") return false;
  const allSeen = trials.every(({ faults }) => faults.every(({ verified }) => verified.active));
  const asIfGood = trials.map((trial) =>
    isStarved(trial) ? { ...trial, verdict: "pass" as const } : trial,
  );
  return allSeen && tooManyUntrusted(trials) && !tooManyUntrusted(asIfGood);
}

function isUntrusted({ verdict }: Trusted): boolean {
  return verdict === "invalid" || verdict === "aborted";
}
