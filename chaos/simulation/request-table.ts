/** Where a request is. */
export const STATE = {
  /** Waits for a worker. */
  queued: 1,
  /** A worker is on it. */
  working: 2,
  /** Waits for an answer that takes no worker. */
  unattended: 3,
  /** Answered; its connection stays open. */
  idle: 4,
  /** Over for everybody; events of it may still be on their way. */
  ended: 5,
} as const;

/** The link of a request that nobody follows. */
export const NO_REQUEST = -1;

const FIRST_CAPACITY = 1024;

/**
 * Every request that is not over, each in a slot that is used again: columns of plain numbers, so
 * that a million of them cost no garbage.
 */
export class RequestTable {
  arrivedAtMs = new Float64Array(FIRST_CAPACITY);
  workMs = new Float64Array(FIRST_CAPACITY);
  idleMs = new Float64Array(FIRST_CAPACITY);
  /** Uniform in [0, 1): decides whether a failing backend fails it. */
  luck = new Float64Array(FIRST_CAPACITY);
  /** When it was sent to the backend that has it now. */
  sentAtMs = new Float64Array(FIRST_CAPACITY);
  key = new Int32Array(FIRST_CAPACITY);
  backend = new Int32Array(FIRST_CAPACITY);
  balancer = new Int32Array(FIRST_CAPACITY);
  /** The request behind it in its backend's queue. */
  next = new Int32Array(FIRST_CAPACITY);
  state = new Uint8Array(FIRST_CAPACITY);
  /** Events that still name the slot; only without them it may be used again. */
  events = new Uint8Array(FIRST_CAPACITY);
  /** Further attempts that were made. */
  retries = new Uint8Array(FIRST_CAPACITY);
  /** Whether balancer and client have given it up while its backend goes on. */
  orphaned = new Uint8Array(FIRST_CAPACITY);
  /** Whether it counts, or arrived in the warm-up. */
  counted = new Uint8Array(FIRST_CAPACITY);
  #free: number[] = [];
  #used = 0;

  /** Slots that were ever used: each is below this number. */
  get used(): number {
    return this.#used;
  }

  /** A slot for a new request; the caller fills the columns of its arrival. */
  take(): number {
    const slot = this.#free.pop() ?? this.#used++;
    if (slot === this.state.length) this.#grow();
    this.next[slot] = NO_REQUEST;
    this.events[slot] = 0;
    this.retries[slot] = 0;
    this.orphaned[slot] = 0;
    return slot;
  }

  /** A slot of its own for a request that goes on elsewhere: no event of the former one names it. */
  transfer(slot: number): number {
    const fresh = this.take();
    this.arrivedAtMs[fresh] = this.arrivedAtMs[slot] as number;
    this.workMs[fresh] = this.workMs[slot] as number;
    this.idleMs[fresh] = this.idleMs[slot] as number;
    this.luck[fresh] = this.luck[slot] as number;
    this.key[fresh] = this.key[slot] as number;
    this.backend[fresh] = this.backend[slot] as number;
    this.balancer[fresh] = this.balancer[slot] as number;
    this.retries[fresh] = this.retries[slot] as number;
    this.counted[fresh] = this.counted[slot] as number;
    this.end(slot);
    return fresh;
  }

  /** An event that named the slot is over; the slot is given back when its request is too. */
  forgetEvent(slot: number): void {
    const left = (this.events[slot] as number) - 1;
    this.events[slot] = left;
    if (left === 0 && this.state[slot] === STATE.ended) this.#free.push(slot);
  }

  /** Marks a request as over, and gives the slot back unless events of it are on their way. */
  end(slot: number): void {
    this.state[slot] = STATE.ended;
    if (this.events[slot] === 0) this.#free.push(slot);
  }

  #grow(): void {
    const capacity = this.state.length * 2;
    this.arrivedAtMs = larger(this.arrivedAtMs, new Float64Array(capacity));
    this.workMs = larger(this.workMs, new Float64Array(capacity));
    this.idleMs = larger(this.idleMs, new Float64Array(capacity));
    this.luck = larger(this.luck, new Float64Array(capacity));
    this.sentAtMs = larger(this.sentAtMs, new Float64Array(capacity));
    this.key = larger(this.key, new Int32Array(capacity));
    this.retries = larger(this.retries, new Uint8Array(capacity));
    this.orphaned = larger(this.orphaned, new Uint8Array(capacity));
    this.backend = larger(this.backend, new Int32Array(capacity));
    this.balancer = larger(this.balancer, new Int32Array(capacity));
    this.next = larger(this.next, new Int32Array(capacity));
    this.state = larger(this.state, new Uint8Array(capacity));
    this.events = larger(this.events, new Uint8Array(capacity));
    this.counted = larger(this.counted, new Uint8Array(capacity));
  }
}

function larger<T extends Float64Array | Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
