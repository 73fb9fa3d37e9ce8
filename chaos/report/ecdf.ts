import type { Measured, RunRecord, TrialRecord } from "./record.ts";

/** From so many trials on the confidence band says anything at all. */
export const LEAST_FOR_BAND = 10;

/** What of a trial is distributed. */
export type Quantity = "outage" | "detection";

/** How one quantity is distributed over the trials that count. */
export interface Ecdf {
  /** Trials with a value, from the least to the most. */
  readonly known: readonly { readonly position: number; readonly value: number }[];
  /** Trials with a value, and those in which it was not over when observation ended. */
  readonly trials: number;
  /** Half the height of the 95 % band around the curve; null with too few trials. */
  readonly halfBand: number | null;
}

/** The quantity of one trial. */
export function quantityOf(trial: TrialRecord, quantity: Quantity): Measured {
  return quantity === "outage" ? trial.outage : trial.phases.detection;
}

/**
 * The empirical distribution of a quantity. A trial in which it was not over counts as longer than
 * all others. The band holds the whole true curve with 95 % confidence.
 *
 * @see Dvoretzky, Kiefer and Wolfowitz 1956, with the constant of Massart 1990
 */
export function ecdfOf(record: RunRecord, quantity: Quantity): Ecdf {
  const measured = record.trials.flatMap((trial, position) =>
    trial.verdict === "invalid" ? [] : [{ position, ...quantityOf(trial, quantity) }],
  );
  const known = measured
    .flatMap(({ position, value }) => (value === null ? [] : [{ position, value }]))
    .toSorted((a, b) => a.value - b.value);
  const unended = measured.filter((one) => one.value === null && one.atLeast !== undefined);
  const trials = known.length + unended.length;
  return {
    known,
    trials,
    halfBand: trials < LEAST_FOR_BAND ? null : Math.sqrt(Math.log(2 / 0.05) / (2 * trials)),
  };
}

/**
 * The share of the trials whose quantity is at most that of one trial, or an edge of its band.
 *
 * @param kind `ecdf`, `ecdf-low`, `ecdf-high`
 * @param position of the trial in the record
 */
export function ecdfAt(
  { known, trials, halfBand }: Ecdf,
  kind: string,
  position: number,
): number | undefined {
  const own = known.find((one) => one.position === position);
  if (own === undefined) return undefined;
  const share = known.filter(({ value }) => value <= own.value).length / trials;
  if (kind === "ecdf") return share;
  if (halfBand === null) return undefined;
  if (kind === "ecdf-low") return Math.max(0, share - halfBand);
  if (kind === "ecdf-high") return Math.min(1, share + halfBand);
  return undefined;
}
