import { quantileSorted } from "simple-statistics";
import { seededRandom } from "./random.ts";
import { CONFIDENCE } from "./what-n-supports.ts";

const RESAMPLES = 10_000;

/** Where a statistic lies, with 95 % confidence. */
export interface BootstrapInterval {
  readonly low: number;
  readonly high: number;
}

/**
 * Bootstrap interval by percentiles: values are drawn with replacement, as many as there are, and the
 * statistic of each such sample is taken; 10,000 times.
 *
 * @param values one a trial: requests of a trial depend on each other and must not be drawn singly
 * @param statistic of a sample in ascending order
 * @param seed the same gives the same interval
 * @throws RangeError when there are no values
 * @see Efron, Bootstrap Methods: Another Look at the Jackknife, 1979
 */
export function bootstrapInterval(
  values: readonly number[],
  statistic: (sorted: Float64Array) => number,
  seed: number,
  resamples = RESAMPLES,
): BootstrapInterval {
  const { length } = values;
  if (length === 0) throw new RangeError("There are no values. Measure at least once.");
  const random = seededRandom(seed);
  const sample = new Float64Array(length);
  const found = new Float64Array(resamples);
  for (let draw = 0; draw < resamples; draw += 1) {
    for (let at = 0; at < length; at += 1) {
      // Below the length, since random is below 1.
      sample[at] = values[Math.floor(random() * length)] as number;
    }
    found[draw] = statistic(sample.sort());
  }
  const sorted = Array.from(found.sort());
  return {
    low: quantileSorted(sorted, (1 - CONFIDENCE) / 2),
    high: quantileSorted(sorted, (1 + CONFIDENCE) / 2),
  };
}

/** The middle of values in ascending order. */
export function middleOf(sorted: Float64Array): number {
  const half = sorted.length >> 1;
  // Both lie within, as there is at least one.
  const upper = sorted[half] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2;
}
