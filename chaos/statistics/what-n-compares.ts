import { CONFIDENCE } from "./what-n-supports.ts";

/**
 * Repetitions from which on one of several comparisons can be significant at all: with fewer, the
 * smallest p-value of a signed-rank test, 2/2ⁿ, is above what Holm's correction leaves of 5 %.
 *
 * @param comparisons with one baseline; at least 1
 */
export function repetitionsFor(comparisons: number): number {
  return Math.ceil(Math.log2((2 * comparisons) / (1 - CONFIDENCE)) - 1e-9);
}

/** So few repetitions were asked for that nothing could be significant. */
export class TooFewRepetitions extends Error {
  readonly code = "too-few-repetitions";
  readonly side = "internal";
  readonly retryable = false;

  constructor(repetitions: number, comparisons: number, needed: number) {
    super(
      `${repetitions} repetitions cannot tell ${comparisons + 1} policies apart: not even a difference in each of them would be significant among ${comparisons} comparisons. Run ${needed} repetitions, or compare fewer policies.`,
    );
    this.name = "TooFewRepetitions";
  }
}

/**
 * Refuses a comparison that could find nothing, before anything is run.
 *
 * @throws TooFewRepetitions with how many are needed
 */
export function requireRepetitions(repetitions: number, comparisons: number): void {
  const needed = repetitionsFor(comparisons);
  if (repetitions < needed) throw new TooFewRepetitions(repetitions, comparisons, needed);
}
