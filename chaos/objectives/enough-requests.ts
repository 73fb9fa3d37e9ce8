import type { Measured } from "../report/record.ts";

/** Of how many requests a share or a quantile can be told: of fewer it is no data. */

/** Requests without which nobody can speak of all of them, or of the slowest. */
const LEAST_OF_ALL = 10;

/** What every objective of a share or a quantile of requests may be told. */
export interface Enough {
  /**
   * Fewer requests say nothing.
   * @default - so many that one of them is the whole rest of the share: 100 of 0.99; 10 of 1
   */
  readonly minimumRequests?: number;
}

/**
 * Of how many requests a single one is the rest of a share: 1 / (1 − share); 10 of a share of 1.
 *
 * @param share of those that are as they should be, or that a quantile is not below
 */
export function requestsFor(share: number): number {
  // Without the small term, 0.9 would need 11.
  return share === 1 ? LEAST_OF_ALL : Math.ceil(1 / (1 - share) - 1e-9);
}

/**
 * Why there is no value; null when there are enough.
 *
 * @param what they did, in words: `began then`
 */
export function fewerThan(least: number, requests: number, what: string): Measured | null {
  if (requests >= least) return null;
  return { value: null, reason: `${requests} requests ${what}, ${least} are needed` };
}
