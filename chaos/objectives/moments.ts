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
  find: ({ trial, injectedNs }) => {
    const uncertaintyMs = trial.faults[0]?.uncertaintyMs ?? 0;
    return { atNs: injectedNs - BigInt(Math.ceil(uncertaintyMs * 1e6)) };
  },
};

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
