/**
 * The probability that, of so many adverts of which each is lost on its own, at least so many in a row
 * are lost. Exact: the first such run ends at advert i when i − k adverts went without one, advert i − k
 * arrived, and the k after it did not.
 *
 * @param adverts how many are sent, a whole number from 0
 * @param inARow k, a whole number from 1
 * @param loss probability that one is lost, 0 to 1
 * @throws RangeError for others
 * @see de Moivre, The Doctrine of Chances (1738), problem of runs; Feller, An Introduction to Probability Theory, vol. 1, XIII.7
 */
export function probabilityOfRun(adverts: number, inARow: number, loss: number): number {
  if (!Number.isInteger(adverts) || adverts < 0 || !Number.isInteger(inARow) || inARow < 1) {
    throw new RangeError(
      `probabilityOfRun: adverts is ${adverts}, inARow ${inARow}. Use whole numbers, from 0 and from 1.`,
    );
  }
  if (!(loss >= 0 && loss <= 1)) {
    throw new RangeError(`probabilityOfRun: loss is ${loss}. Use a number from 0 to 1.`);
  }
  const run = loss ** inARow;
  /** At n: the probability of a run within the first n. */
  const within: number[] = [];
  for (let n = 0; n <= adverts; n += 1) {
    const before = within[n - 1] ?? 0;
    if (n < inARow) within.push(0);
    else if (n === inARow) within.push(run);
    else within.push(before + (1 - (within[n - inARow - 1] ?? 0)) * (1 - loss) * run);
  }
  return Math.min(1, within[adverts] ?? 0);
}
