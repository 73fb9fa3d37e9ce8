import { normalDeviate } from "./normal-deviate.ts";

/** Two ends between which a probability lies. */
export interface ProportionInterval {
  readonly low: number;
  readonly high: number;
}

/**
 * Confidence interval of a probability from how often something happened, by Wilson's score. It has its
 * meaning at 0 and at n too: 0 of 10 says at most 28 %, with 95 % confidence.
 *
 * @param happened a whole number from 0 to `trials`
 * @param trials a whole number from 1
 * @param confidence above 0, below 1
 * @throws RangeError for others
 * @see Wilson, Probable inference, the law of succession, and statistical inference (1927)
 */
export function wilsonInterval(
  happened: number,
  trials: number,
  confidence: number,
): ProportionInterval {
  if (!Number.isInteger(trials) || trials < 1 || !Number.isInteger(happened)) {
    throw new RangeError(
      `wilsonInterval: ${happened} of ${trials}. Use whole numbers, the second from 1.`,
    );
  }
  if (happened < 0 || happened > trials || !(confidence > 0 && confidence < 1)) {
    throw new RangeError(
      `wilsonInterval: ${happened} of ${trials} with confidence ${confidence}. Use 0 to ${trials}, and a confidence between 0 and 1.`,
    );
  }
  const share = happened / trials;
  const zz = normalDeviate((1 + confidence) / 2) ** 2;
  const middle = (share + zz / (2 * trials)) / (1 + zz / trials);
  const half =
    Math.sqrt(zz * ((share * (1 - share)) / trials + zz / (4 * trials ** 2))) / (1 + zz / trials);
  return {
    low: happened === 0 ? 0 : Math.max(0, middle - half),
    high: happened === trials ? 1 : Math.min(1, middle + half),
  };
}
