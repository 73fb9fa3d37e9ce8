import { seededRandom } from "../statistics/random.ts";

/**
 * A share of some things, by the seed: the same seed chooses the same ones. At least one, in the order in
 * which they were given.
 *
 * @param share above 0, at most 1; rounded to whole things
 * @throws RangeError without any, and for another share
 */
export function shareOf<T>(things: readonly T[], share: number, seed: number): readonly T[] {
  if (things.length === 0) throw new RangeError("A share of nothing: name at least one.");
  if (!(share > 0 && share <= 1)) {
    throw new RangeError(`The share is ${share}. Use a number above 0, at most 1.`);
  }
  const random = seededRandom(seed);
  const drawn = things.map((_, index) => ({ index, lot: random() }));
  const chosen = drawn
    .toSorted((a, b) => a.lot - b.lot)
    .slice(0, countOf(things.length, share))
    .map(({ index }) => index);
  return things.filter((_, index) => chosen.includes(index));
}

/** How many things a share of so many is. */
export function countOf(things: number, share: number): number {
  return Math.max(1, Math.round(things * share));
}
