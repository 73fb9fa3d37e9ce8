/**
 * One time limit for many items that start in order. Since the limit is the same for all, the first
 * to start is the first to expire: a queue and a single timer do, whatever the rate.
 */
export class Deadlines<Item> {
  readonly #limitNs: bigint;
  readonly #hooks: DeadlineHooks<Item>;
  #queue: { readonly item: Item; readonly expiresNs: bigint }[] = [];
  #head = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(limitMs: number, hooks: DeadlineHooks<Item>) {
    this.#limitNs = BigInt(Math.round(limitMs * 1e6));
    this.#hooks = hooks;
  }

  /** Items must be added in the order of their start. */
  add(item: Item, startNs: bigint): void {
    this.#queue.push({ item, expiresNs: startNs + this.#limitNs });
    if (this.#timer === undefined) this.#arm();
  }

  /** Forgets everything. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#queue = [];
    this.#head = 0;
  }

  #arm(): void {
    const first = this.#firstOpen();
    if (first === undefined) {
      this.#timer = undefined;
      return;
    }
    const waitMs = Number(first.expiresNs - this.#hooks.now()) / 1e6;
    // Timers come before I/O in the event loop: after a stall, answers that already wait in the
    // kernel are read before anything is given up.
    this.#timer = setTimeout(() => setImmediate(() => this.#sweep()), Math.ceil(waitMs));
  }

  #sweep(): void {
    if (this.#timer === undefined) return;
    const now = this.#hooks.now();
    for (;;) {
      const first = this.#firstOpen();
      if (first === undefined || first.expiresNs > now) break;
      this.#head += 1;
      this.#hooks.onExpired(first.item);
    }
    // `onExpired` may have cleared the queue.
    if (this.#timer !== undefined) this.#arm();
  }

  /** Drops items that no longer wait, so that the timer follows the open ones only. */
  #firstOpen() {
    let first = this.#queue[this.#head];
    while (first !== undefined && !this.#hooks.isOpen(first.item)) {
      this.#head += 1;
      first = this.#queue[this.#head];
    }
    if (this.#head > 512) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return first;
  }
}

/** What a queue of deadlines needs to know. */
export interface DeadlineHooks<Item> {
  /** CLOCK_MONOTONIC. */
  readonly now: () => bigint;
  /** Whether the item still waits for what the limit is on. */
  readonly isOpen: (item: Item) => boolean;
  /** At most about 1 ms late while the event loop is free. */
  readonly onExpired: (item: Item) => void;
}
