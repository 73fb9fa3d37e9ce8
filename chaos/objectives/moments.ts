import type { TimelineEvent } from "../environment/environment.ts";
import type { TrialData } from "../scenario.ts";

/** A moment of a trial that a measure begins or ends with. */
export interface TrialMoment {
  /** In words, to stand in a sentence: `the fault`, `the ejection of app-1`. */
  readonly title: string;
  readonly find: (data: TrialData) => FoundMoment;
}

/** When it was, or why there is no such moment. */
export type FoundMoment =
  | { readonly atNs: bigint; readonly reason?: undefined }
  | { readonly atNs: null; readonly reason: string };

/** P1, when the first fault took effect. */
export const theFault: TrialMoment = {
  title: "the fault",
  find: ({ injectedNs }) => ({ atNs: injectedNs }),
};

/** When the first fault took effect at the earliest: what it causes may be told before P1 itself. */
export const theFaultAtTheEarliest: TrialMoment = {
  title: theFault.title,
  find: (data) => ({ atNs: earliestEffectNs(data) }),
};

/** When the first fault took effect at the earliest: what failed from then on is no failure of the steady state. */
export function earliestEffectNs({ trial, injectedNs }: TrialData): bigint {
  const uncertaintyMs = trial.faults[0]?.uncertaintyMs ?? 0;
  return injectedNs - BigInt(Math.ceil(uncertaintyMs * 1e6));
}

/**
 * When a fault was gone again.
 *
 * @param step place of the fault in the scenario, from 0
 */
export function healingOf(step = 0): TrialMoment {
  return {
    title: "the healing",
    find: ({ trial }) => {
      const healedNs = trial.faults[step]?.healedNs ?? null;
      if (healedNs !== null) return { atNs: BigInt(healedNs) };
      return { atNs: null, reason: `fault ${step + 1} was not healed` };
    },
  };
}

/** When the last of the faults was gone again; none when one of them lasted. */
export const theLastHealing: TrialMoment = {
  title: "the healing",
  find: ({ trial }) => {
    let last = 0n;
    for (const [index, { healedNs }] of trial.faults.entries()) {
      if (healedNs === null) return { atNs: null, reason: `fault ${index + 1} was not healed` };
      if (BigInt(healedNs) > last) last = BigInt(healedNs);
    }
    return trial.faults.length === 0
      ? { atNs: null, reason: "there was no fault" }
      : { atNs: last };
  },
};

/** P6, when requests succeeded again; the fault itself when none had failed. */
export const theRecovery: TrialMoment = {
  title: "the recovery",
  find: ({ trial, injectedNs }) => {
    const { recovered } = trial.marks;
    if (recovered.atMs !== null) return { atNs: BigInt(recovered.monotonicNs) };
    const { failedDuring, failedAfter } = trial.probes;
    if (trial.outage.value !== null && failedDuring + failedAfter === 0)
      return { atNs: injectedNs };
    return { atNs: null, reason: recovered.reason };
  },
};

/** The first event that matches, from another moment on. */
export function firstEventAfter(
  start: TrialMoment,
  wanted: {
    readonly title: string;
    readonly matches: (event: TimelineEvent, data: TrialData) => boolean;
  },
): TrialMoment {
  const { title, matches } = wanted;
  return {
    title,
    find: (data) => {
      const from = start.find(data);
      if (from.atNs === null) return from;
      const first = data.events.find(
        (event) => BigInt(event.monotonicNs) >= from.atNs && matches(event, data),
      );
      if (first !== undefined) return { atNs: BigInt(first.monotonicNs) };
      return { atNs: null, reason: `${title} was not seen after ${start.title}` };
    },
  };
}

/** When the trial was no longer looked at. */
export const theEnd: TrialMoment = {
  title: "the end",
  find: ({ injectedNs, observedMs }) => ({
    atNs: injectedNs + BigInt(Math.round(observedMs * 1e6)),
  }),
};
