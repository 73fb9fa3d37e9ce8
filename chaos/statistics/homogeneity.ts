/**
 * How surely two samples of categories come from different distributions: the statistic of the
 * chi-square test of homogeneity, told as the deviate of a normal distribution with the same chance.
 * Below about 2 is chance, above 3 hardly ever.
 *
 * @param first counts of each category
 * @param second counts of the same categories
 * @returns 0 when a sample is empty or there is only one category
 * @see Wilson and Hilferty 1931 for the deviate
 */
export function heterogeneity(first: readonly number[], second: readonly number[]): number {
  const totals = [sum(first), sum(second)] as const;
  const all = totals[0] + totals[1];
  if (totals[0] === 0 || totals[1] === 0) return 0;
  let chiSquare = 0;
  let categories = 0;
  for (const [index, own] of first.entries()) {
    const other = second[index] ?? 0;
    if (own + other === 0) continue;
    categories += 1;
    for (const [count, total] of [
      [own, totals[0]],
      [other, totals[1]],
    ] as const) {
      const expected = ((own + other) * total) / all;
      chiSquare += (count - expected) ** 2 / expected;
    }
  }
  const freedom = categories - 1;
  if (freedom < 1) return 0;
  const spread = 2 / (9 * freedom);
  return (Math.cbrt(chiSquare / freedom) - (1 - spread)) / Math.sqrt(spread);
}

/** Two counts and how many there were of each to count among. */
export interface TwoShares {
  readonly count: number;
  readonly of: number;
  readonly otherCount: number;
  readonly otherOf: number;
}

/**
 * How many standard deviations two shares are apart, the deviation taken as if they were the same.
 *
 * @returns 0 when nothing was counted
 */
export function deviationsApart({ count, of, otherCount, otherOf }: TwoShares): number {
  if (of === 0 || otherOf === 0) return 0;
  const pooled = (count + otherCount) / (of + otherOf);
  const variance = pooled * (1 - pooled) * (1 / of + 1 / otherOf);
  return variance === 0 ? 0 : Math.abs(count / of - otherCount / otherOf) / Math.sqrt(variance);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
