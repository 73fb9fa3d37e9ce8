/** Something with a moment at which it has waited long enough. */
export interface Expiring {
  /** Monotonic milliseconds; Infinity for never. */
  deadline: number;
  /** Called once the deadline has passed, on every sweep until it is moved. */
  expire(now: number): void;
}

/**
 * One coarse timer for the deadlines of many connections, instead of a timer each: setting a
 * deadline is a store, and it fires at most one interval late.
 */
export class DeadlineSweep {
  readonly #now: () => number;
  #intervalMs: number;
  readonly #watched = new Set<Expiring>();
  #timer: NodeJS.Timeout | null = null;

  /** @param now monotonic milliseconds */
  constructor(now: () => number, intervalMs: number) {
    this.#now = now;
    this.#intervalMs = intervalMs;
  }

  watch(item: Expiring): void {
    this.#watched.add(item);
    if (this.#timer === null) this.#begin();
  }

  /** Sweeps in another interval from now on. */
  set intervalMs(intervalMs: number) {
    if (intervalMs === this.#intervalMs) return;
    this.#intervalMs = intervalMs;
    if (this.#timer === null) return;
    clearInterval(this.#timer);
    this.#begin();
  }

  forget(item: Expiring): void {
    this.#watched.delete(item);
    if (this.#watched.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Expires what is due. */
  sweep(now: number): void {
    for (const item of this.#watched) if (item.deadline <= now) item.expire(now);
  }

  #begin(): void {
    this.#timer = setInterval(() => this.sweep(this.#now()), this.#intervalMs);
    this.#timer.unref();
  }
}

/** An interval that keeps the lateness of every given timeout within a fifth of it, between 2 and 100 ms. */
export function sweepIntervalMs(timeoutsMs: readonly number[]): number {
  return Math.min(100, Math.max(2, Math.floor(Math.min(...timeoutsMs) / 5)));
}
