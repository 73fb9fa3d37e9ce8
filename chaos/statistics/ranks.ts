/** What {@link midRanks} makes of values. */
export interface Ranking {
  /** Of each value, in the order of the values: 1 is the smallest, equal ones share their mean. */
  readonly ranks: readonly number[];
  /** How many values are equal, for each value that occurs more than once. */
  readonly tieSizes: readonly number[];
}

/** Ranks of values, smallest first; equal values get the mean of the ranks that they take up. */
export function midRanks(values: readonly number[]): Ranking {
  const order = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const ranks = values.map(() => 0);
  const tieSizes: number[] = [];
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && order[to]?.value === order[from]?.value) to += 1;
    for (const { index } of order.slice(from, to)) ranks[index] = (from + 1 + to) / 2;
    if (to - from > 1) tieSizes.push(to - from);
    from = to;
  }
  return { ranks, tieSizes };
}

/** What ties take from the variance of a rank sum: the sum of t³ − t. */
export function tieTerm(tieSizes: readonly number[]): number {
  return tieSizes.reduce((sum, size) => sum + size ** 3 - size, 0);
}
