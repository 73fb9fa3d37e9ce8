import { midRanks, tieTerm } from "./ranks.ts";
import { exactPValue, normalPValue, type Alternative, type TestResult } from "./test-result.ts";

/** Up to so many differences every pattern of signs is counted. */
const EXACT_UP_TO = 50;

/**
 * Wilcoxon's signed-rank test of differences between pairs. Differences of 0 are left out, as
 * Wilcoxon did; equal sizes share their ranks, and the exact distribution is that of the shared ranks.
 *
 * @param alternative `greater` claims that differences are above 0
 * @returns the sum of the ranks of positive differences; a p-value of 1 when none differs
 * @see Wilcoxon, Individual Comparisons by Ranking Methods, 1945
 */
export function wilcoxonSignedRank(
  differences: readonly number[],
  alternative: Alternative = "two-sided",
): TestResult {
  const nonZero = differences.filter((difference) => difference !== 0);
  const { ranks, tieSizes } = midRanks(nonZero.map(Math.abs));
  const n = nonZero.length;
  const statistic = ranks.reduce(
    (sum, rank, index) => sum + ((nonZero[index] ?? 0) > 0 ? rank : 0),
    0,
  );
  if (n === 0) return { statistic, pValue: 1, method: "exact" };
  if (n <= EXACT_UP_TO) {
    // Ranks doubled are whole numbers, shared ones too.
    const counts = signedRankCounts(ranks.map((rank) => 2 * rank));
    return { statistic, pValue: exactPValue(counts, 2 * statistic, alternative), method: "exact" };
  }
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - tieTerm(tieSizes) / 48;
  const deviation = statistic - (n * (n + 1)) / 4;
  return { statistic, pValue: normalPValue(deviation, variance, alternative), method: "normal" };
}

/** How many of all patterns of signs have each sum of positive ranks. */
function signedRankCounts(ranks: readonly number[]): Float64Array {
  const counts = new Float64Array(ranks.reduce((sum, rank) => sum + rank, 0) + 1);
  counts[0] = 1;
  let reach = 0;
  for (const rank of ranks) {
    reach += rank;
    for (let sum = reach; sum >= rank; sum -= 1) {
      counts[sum] = (counts[sum] ?? 0) + (counts[sum - rank] ?? 0);
    }
  }
  return counts;
}
