/**
 * Holm's correction: p-values of several comparisons as if each were the only one. One that is at most
 * 0.05 then is so with at most that risk of even one false alarm among them all.
 *
 * @returns in the order of the given ones, never above 1
 * @see Holm, A Simple Sequentially Rejective Multiple Test Procedure, 1979
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues
    .map((pValue, index) => ({ pValue, index }))
    .sort((a, b) => a.pValue - b.pValue);
  const adjusted = pValues.map(() => 1);
  let least = 0;
  for (const [position, { pValue, index }] of order.entries()) {
    least = Math.max(least, Math.min(1, pValue * (order.length - position)));
    adjusted[index] = least;
  }
  return adjusted;
}
