/**
 * Mean time in system of the supermarket model in units of the mean work: Poisson arrivals, so many
 * that each of very many backends with one worker would be `busy` on its own; exponential work; each
 * request joins the shortest of `choices` queues drawn at random. With one choice it is the M/M/1
 * queue, 1 / (1 − busy).
 *
 * @param busy share of its time that a worker is busy, at least 0 and below 1
 * @param choices whole number from 1
 * @throws RangeError when either is out of range
 * @see Vvedenskaya, Dobrushin, Karpelevich, 1996; Mitzenmacher, "The Power of Two Choices in
 *   Randomized Load Balancing", 2001: the sum over i ≥ 1 of busy^((choices^i − choices) / (choices − 1))
 */
export function supermarketTimeInSystem(busy: number, choices: number): number {
  if (!(busy >= 0 && busy < 1)) {
    throw new RangeError(`The share of busy time is ${busy}. Use one from 0 to below 1.`);
  }
  if (!Number.isInteger(choices) || choices < 1) {
    throw new RangeError(`The number of choices is ${choices}. Use a whole number from 1.`);
  }
  if (choices === 1) return 1 / (1 - busy);
  let sum = 0;
  for (let i = 1; ; i += 1) {
    const term = busy ** ((choices ** i - choices) / (choices - 1));
    // The terms fall faster than any geometric series: what is left is below rounding.
    if (term < 1e-15 * (sum + 1)) return sum;
    sum += term;
  }
}
