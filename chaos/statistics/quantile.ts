/**
 * Quantile by nearest rank: the smallest value that at least the share `q` of all values does not
 * exceed. It is always a value that was measured, never one between two.
 *
 * @param values in any order
 * @param q above 0, at most 1
 * @throws RangeError when there are no values, or q is out of range
 */
export function nearestRank(values: readonly number[], q: number): number {
  if (!(q > 0 && q <= 1)) throw new RangeError(`The quantile is ${q}. Use one above 0, at most 1.`);
  const sorted = values.toSorted((a, b) => a - b);
  // Without the small term, 0.07 × 100 would be rank 8.
  const value = sorted[Math.ceil(q * sorted.length - 1e-9) - 1];
  if (value === undefined) throw new RangeError("There are no values. Measure at least once.");
  return value;
}
