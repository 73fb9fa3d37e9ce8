/** When a key counts as hot. */
export interface HotKeyOptions {
  /** Share of a window's requests beyond which a key is told, 0 to 1. */
  readonly share: number;
  /** Length of a window in milliseconds. */
  readonly windowMs: number;
}

/** The key that a window saw most. */
export interface HotKey {
  readonly key: string;
  /** Its share, never too high and too low by an eighth of the bound at most. */
  readonly share: number;
  /** Requests with a key in that window. */
  readonly requests: number;
}

/** Fewer requests make no share. */
const REQUESTS_MINIMUM = 100;

/**
 * Finds keys with a large share of the requests, window by window, in memory that does not grow with
 * the number of keys.
 *
 * @see J. Misra, D. Gries 1982: of k counters, all are lowered when a new key finds none free, so
 *   that a count is too low by one (k+1)th of the requests at most
 */
export class HotKeys {
  readonly #options: HotKeyOptions;
  readonly #found: (hot: HotKey) => void;
  readonly #capacity: number;
  readonly #counts = new Map<string, number>();
  #requests = 0;
  #endsAt = Number.POSITIVE_INFINITY;
  #hottest: HotKey | null = null;

  /** @param found told once a window of each key beyond the bound, when the next window begins */
  constructor(options: HotKeyOptions, found: (hot: HotKey) => void) {
    this.#options = options;
    this.#found = found;
    this.#capacity = Math.ceil(8 / options.share);
  }

  /** The key that the last whole window with enough requests saw most; null before the first one. */
  get hottest(): HotKey | null {
    return this.#hottest;
  }

  /** Counts a request. */
  count(key: string, now: number): void {
    if (this.#requests === 0 && this.#endsAt === Number.POSITIVE_INFINITY) {
      this.#endsAt = now + this.#options.windowMs;
    } else if (now >= this.#endsAt) this.#close(now);
    this.#requests += 1;
    const count = this.#counts.get(key);
    if (count !== undefined || this.#counts.size < this.#capacity) {
      this.#counts.set(key, (count ?? 0) + 1);
      return;
    }
    for (const [other, left] of this.#counts) {
      if (left === 1) this.#counts.delete(other);
      else this.#counts.set(other, left - 1);
    }
  }

  #close(now: number): void {
    if (this.#requests >= REQUESTS_MINIMUM) {
      this.#hottest = null;
      for (const [key, count] of this.#counts) {
        const hot = { key, share: count / this.#requests, requests: this.#requests };
        if (this.#hottest === null || hot.share > this.#hottest.share) this.#hottest = hot;
        if (hot.share > this.#options.share) this.#found(hot);
      }
    }
    this.#counts.clear();
    this.#requests = 0;
    this.#endsAt = now + this.#options.windowMs;
  }
}
