/**
 * How many requests complete per second, from the times at which they did: the slope of the line of
 * least squares through their running count. A plain count over a time is off by a whole batch, because
 * connections that began together are answered together for ever.
 */
export class CompletionRate {
  #count = 0;
  #meanMs = 0;
  /** Sum of squared distances of the times from their mean. */
  #spread = 0;
  /** Sum of the products of both distances, of the times and of the counts. */
  #product = 0;

  get count(): number {
    return this.#count;
  }

  /** One more. @param atMs monotonic milliseconds, from any origin; not before the last one */
  completed(atMs: number): void {
    // Welford's way: the sums of squares themselves would lose their digits.
    const fromMean = atMs - this.#meanMs;
    const countFromMean = this.#count - (this.#count - 1) / 2;
    this.#count += 1;
    this.#meanMs += fromMean / this.#count;
    this.#spread += fromMean * (atMs - this.#meanMs);
    this.#product += countFromMean * (atMs - this.#meanMs);
  }

  /** Per second; null when there are fewer than two times that differ. */
  perSecond(): number | null {
    return this.#spread > 0 ? (this.#product / this.#spread) * 1_000 : null;
  }
}
