import { theEnd, theFault, theLastHealing, theRecovery, type TrialMoment } from "./moments.ts";

/**
 * The stretches of a trial that availability, latency and load are promised for. A request belongs to
 * the one in which it was sent.
 */
export interface Stretch {
  /** For the ids of objectives: `before`. */
  readonly id: string;
  /** In words, to end a sentence: `before the fault`. */
  readonly title: string;
  readonly from: TrialMoment;
  readonly to: TrialMoment;
}

const theBeginning: TrialMoment = { title: "the beginning", find: () => ({ atNs: 0n }) };

/** Whether it was healed or not: to the end when one of the faults lasted. */
const whileItLasts: TrialMoment = {
  title: "the healing, or the end",
  find: (data) => {
    const healed = theLastHealing.find(data);
    return healed.atNs === null ? theEnd.find(data) : healed;
  },
};

/** All that was sent before the fault, from the first request on: what is normal. */
export const beforeTheFault: Stretch = {
  id: "before",
  title: "before the fault",
  from: theBeginning,
  to: theFault,
};

/** From the fault until it was healed; until the end of a trial in which it was not. */
export const duringTheFault: Stretch = {
  id: "during",
  title: "during the fault",
  from: theFault,
  to: whileItLasts,
};

/** From the healing of the last fault to the end; no such stretch when one of them lasted. */
export const afterTheFault: Stretch = {
  id: "after",
  title: "after the fault",
  from: theLastHealing,
  to: theEnd,
};

/** From the first request that succeeded again to the end, whether the fault lasted or not. */
export const afterTheRecovery: Stretch = {
  id: "recovered",
  title: "after the recovery",
  from: theRecovery,
  to: theEnd,
};
