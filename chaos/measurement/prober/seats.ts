/** Who wants a seat. */
export interface Claimant {
  /** Whether it still wants it. */
  readonly isOpen: boolean;
}

/**
 * Seats for one claimant each, such as connections that carry one request at a time. Who finds none free
 * waits, first come first served: open-loop load goes on, and the wait is its latency.
 */
export class Seats {
  readonly #taken: boolean[];
  #waiting: { readonly claimant: Claimant; readonly onSeat: (seat: number) => void }[] = [];

  constructor(count: number) {
    this.#taken = Array.from({ length: count }, () => false);
  }

  /**
   * Takes the first free seat from `wanted` on, round and round.
   *
   * @param onSeat called with the seat, at once or as soon as one is free
   */
  claim(wanted: number, claimant: Claimant, onSeat: (seat: number) => void): void {
    const { length } = this.#taken;
    for (let step = 0; step < length; step += 1) {
      const seat = (wanted + step) % length;
      if (this.#taken[seat] === true) continue;
      this.#taken[seat] = true;
      onSeat(seat);
      return;
    }
    this.#waiting.push({ claimant, onSeat });
  }

  /** Gives a seat to whoever waits longest and still wants one, so that nobody who comes now overtakes. */
  release(seat: number): void {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (!next.claimant.isOpen) continue;
      next.onSeat(seat);
      return;
    }
    this.#taken[seat] = false;
  }
}
