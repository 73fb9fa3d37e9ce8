import { formatDuration } from "../../balancer/index.ts";

/**
 * A span of time, as constructs take it: the unit stands where it is written. Of whole microseconds,
 * which is as fine as a configuration writes it.
 */
export class Duration {
  readonly #ms: number;

  private constructor(ms: number) {
    // As it is computed, 1.001 * 1000 is not quite 1001, and programs want whole milliseconds.
    const rounded = Math.round(ms * 1_000) / 1_000;
    if (!Number.isFinite(rounded) || ms < 0) {
      throw new RangeError(`A duration of ${ms} ms is not possible. Use a number from 0.`);
    }
    this.#ms = rounded;
  }

  /** @throws RangeError below 0 */
  static millis(amount: number): Duration {
    return new Duration(amount);
  }

  /** @throws RangeError below 0 */
  static seconds(amount: number): Duration {
    return new Duration(amount * 1_000);
  }

  /** @throws RangeError below 0 */
  static minutes(amount: number): Duration {
    return new Duration(amount * 60_000);
  }

  toMilliseconds(): number {
    return this.#ms;
  }

  toSeconds(): number {
    return this.#ms / 1_000;
  }

  /** As the balancer's configuration writes it: `250ms`, `10s`. */
  toString(): string {
    return formatDuration(this.#ms);
  }
}
