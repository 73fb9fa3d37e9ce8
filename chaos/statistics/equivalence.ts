import { wilcoxonSignedRank } from "./wilcoxon.ts";

/**
 * Whether differences are within a margin, by two one-sided tests: a small p-value says that they lie
 * above −margin and below margin. That nothing was found to differ would not say so.
 *
 * @param differences of pairs
 * @param margin above 0: what makes no difference in practice
 * @throws RangeError when the margin is not above 0
 * @see Schuirmann, A Comparison of the Two One-Sided Tests Procedure and the Power Approach, 1987
 */
export function equivalencePValue(differences: readonly number[], margin: number): number {
  if (!(margin > 0)) throw new RangeError(`The margin is ${margin}. Use one above 0.`);
  const above = wilcoxonSignedRank(
    differences.map((difference) => difference + margin),
    "greater",
  );
  const below = wilcoxonSignedRank(
    differences.map((difference) => difference - margin),
    "less",
  );
  return Math.max(above.pValue, below.pValue);
}
