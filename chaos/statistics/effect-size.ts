/** How large an effect is, in words. */
export type EffectSize = "negligible" | "small" | "medium" | "large";

/**
 * Cliff's delta: how much likelier a value of the first sample is the greater one of a pair than the
 * smaller one; −1 to 1, and 0 when neither is.
 *
 * @throws RangeError when a sample is empty
 * @see Cliff, Dominance Statistics, 1993
 */
export function cliffsDelta(first: readonly number[], second: readonly number[]): number {
  if (first.length === 0 || second.length === 0) {
    throw new RangeError("A sample is empty. Give at least one value each.");
  }
  let balance = 0;
  for (const one of first) for (const other of second) balance += Math.sign(one - other);
  return balance / (first.length * second.length);
}

/** The same as a probability, ½ when neither is greater: Vargha and Delaney's A12. */
export function a12Of(delta: number): number {
  return (delta + 1) / 2;
}

/**
 * How large a delta is in words: small from an A12 of 0.56 on, or 0.44 down, medium from 0.64, large
 * from 0.71.
 *
 * @see Vargha and Delaney, A Critique and Improvement of the CL Common Language Effect Size, 2000
 */
export function effectSize(delta: number): EffectSize {
  // The small term: 0.56 is (0.12 + 1) / 2 only nearly.
  const a12 = a12Of(Math.abs(delta)) + 1e-12;
  if (a12 >= 0.71) return "large";
  if (a12 >= 0.64) return "medium";
  return a12 >= 0.56 ? "small" : "negligible";
}
