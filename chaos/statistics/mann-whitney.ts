import { midRanks, tieTerm } from "./ranks.ts";
import { exactPValue, normalPValue, type Alternative, type TestResult } from "./test-result.ts";

/** Up to so many values in all, every choice of which are whose is counted. */
const EXACT_UP_TO = 40;

/**
 * Mann and Whitney's U test of two samples that are not paired.
 *
 * @param alternative `greater` claims that the first sample's values are above the second's
 * @returns U of the first sample: the pairs in which its value is the greater one, equal ones by half
 * @throws RangeError when a sample is empty
 * @see Mann and Whitney, On a Test of Whether one of Two Random Variables is Stochastically Larger than the Other, 1947
 */
export function mannWhitneyU(
  first: readonly number[],
  second: readonly number[],
  alternative: Alternative = "two-sided",
): TestResult {
  const [n, m] = [first.length, second.length];
  if (n === 0 || m === 0) throw new RangeError("A sample is empty. Give at least one value each.");
  const { ranks, tieSizes } = midRanks([...first, ...second]);
  const rankSum = ranks.slice(0, n).reduce((sum, rank) => sum + rank, 0);
  const statistic = rankSum - (n * (n + 1)) / 2;
  if (n + m <= EXACT_UP_TO) {
    // Ranks doubled are whole numbers, shared ones too.
    const counts = rankSumCounts(
      ranks.map((rank) => 2 * rank),
      n,
    );
    return { statistic, pValue: exactPValue(counts, 2 * rankSum, alternative), method: "exact" };
  }
  const total = n + m;
  const variance = ((n * m) / 12) * (total + 1 - tieTerm(tieSizes) / (total * (total - 1)));
  const deviation = statistic - (n * m) / 2;
  return { statistic, pValue: normalPValue(deviation, variance, alternative), method: "normal" };
}

/** How many choices of `n` among the ranks have each sum. */
function rankSumCounts(ranks: readonly number[], n: number): Float64Array {
  const most = ranks.reduce((sum, rank) => sum + rank, 0);
  const none = new Float64Array(most + 1);
  none[0] = 1;
  const chosen = [none, ...Array.from({ length: n }, () => new Float64Array(most + 1))];
  for (const rank of ranks) {
    for (let size = n; size >= 1; size -= 1) {
      const [to, from] = [chosen[size], chosen[size - 1]];
      if (to === undefined || from === undefined) continue;
      for (let sum = rank; sum <= most; sum += 1) {
        to[sum] = (to[sum] ?? 0) + (from[sum - rank] ?? 0);
      }
    }
  }
  return chosen[n] ?? none;
}
