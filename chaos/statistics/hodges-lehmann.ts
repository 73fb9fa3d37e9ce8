import { median } from "simple-statistics";

/**
 * Hodges and Lehmann's shift between two samples: the median of all differences between one value of
 * the first and one of the second. Above 0 when the first lies higher.
 *
 * @throws RangeError when a sample is empty
 * @see Hodges and Lehmann, Estimates of Location Based on Rank Tests, 1963
 */
export function shiftBetween(first: readonly number[], second: readonly number[]): number {
  return medianOf(first.flatMap((one) => second.map((other) => one - other)));
}

/**
 * Hodges and Lehmann's shift of pairs: the median of the means of every two differences, each with
 * itself too.
 *
 * @throws RangeError when there are none
 */
export function shiftOfPairs(differences: readonly number[]): number {
  return medianOf(
    differences.flatMap((one, index) => differences.slice(index).map((other) => (one + other) / 2)),
  );
}

function medianOf(values: number[]): number {
  if (values.length === 0) throw new RangeError("There are no values. Measure at least once.");
  return median(values);
}
