import { CONFIDENCE } from "./what-n-supports.ts";

/** Halvings of the interval in which the bound lies; a double has no more digits. */
const HALVINGS = 60;

/**
 * What a rate of failures is at most, with 95 % confidence, after so many failures in so many tries: the
 * rate at which so few failures would be as unlikely as 5 %. Without a failure it is 1 − 0.05^(1/n): 59
 * tries bound it at 5 %.
 *
 * @returns 1 without tries
 * @throws RangeError unless both are whole numbers and there are no more failures than tries
 * @see Clopper and Pearson, "The Use of Confidence or Fiducial Limits" (1934), one-sided
 */
export function failureBound(failures: number, tries: number): number {
  if (![failures, tries].every(Number.isInteger) || failures < 0 || failures > tries) {
    throw new RangeError(
      `There are ${failures} failures in ${tries} tries. Use whole numbers from 0, no more failures than tries.`,
    );
  }
  if (failures === tries) return 1;
  let [low, high] = [failures / tries, 1];
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = (low + high) / 2;
    if (atMost(failures, tries, middle) > 1 - CONFIDENCE) low = middle;
    else high = middle;
  }
  return high;
}

/** How likely at most so many failures are at a rate between 0 and 1. */
function atMost(failures: number, tries: number, rate: number): number {
  // By logarithms: the first summand alone may be too small for a double.
  let log = tries * Math.log1p(-rate);
  let sum = Math.exp(log);
  for (let count = 1; count <= failures; count += 1) {
    log += Math.log((tries - count + 1) / count) + Math.log(rate) - Math.log1p(-rate);
    sum += Math.exp(log);
  }
  return sum;
}
