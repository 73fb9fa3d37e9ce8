/** Shares are taken to a millionth, so that 0.29 of 100 is 29 and not 28.999…. */
const PARTS = 1_000_000;

/**
 * How many backends of a pool may be ejected at the same time: the share of them, rounded down.
 *
 * @param share 0 to 1
 * @param atLeastOne whether it is 1 where the share of a small pool is less
 */
export function ejectionCap(backends: number, share: number, atLeastOne: boolean): number {
  const product = Math.round(share * PARTS) * backends;
  const cap = (product - (product % PARTS)) / PARTS;
  return atLeastOne && backends > 0 ? Math.max(1, cap) : cap;
}

/** Whether so few of a number are left that it is less than a share of it. */
export function isBelowShare(left: number, of: number, share: number): boolean {
  return left * PARTS < Math.round(share * PARTS) * of;
}
