/** How long one thing lasted, or how long it was seen to last. */
export interface Lifetime {
  /** Until it ended, or until it was last seen. */
  readonly until: number;
  /** False when it had not ended when it was last seen. */
  readonly ended: boolean;
}

/** The share that lives on after a time at which something ended. */
export interface SurvivalStep {
  readonly at: number;
  /** How many were there just before. */
  readonly atRisk: number;
  /** How many ended then. */
  readonly ended: number;
  /** 0 to 1. */
  readonly surviving: number;
}

/**
 * The product-limit estimate of survival: one step for every time at which something ended. What is
 * last seen at a time is still there for those that end at it.
 *
 * @param lifetimes in any order
 * @see Kaplan and Meier 1958
 */
export function kaplanMeier(lifetimes: readonly Lifetime[]): SurvivalStep[] {
  const sorted = lifetimes.toSorted((a, b) => a.until - b.until);
  const steps: SurvivalStep[] = [];
  let surviving = 1;
  for (let from = 0; from < sorted.length;) {
    const at = sorted[from]?.until ?? 0;
    let to = from;
    let ended = 0;
    for (; to < sorted.length && sorted[to]?.until === at; to += 1) {
      if (sorted[to]?.ended === true) ended += 1;
    }
    if (ended > 0) {
      const atRisk = sorted.length - from;
      surviving *= 1 - ended / atRisk;
      steps.push({ at, atRisk, ended, surviving });
    }
    from = to;
  }
  return steps;
}
