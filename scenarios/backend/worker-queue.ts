import { setTimeout as sleep } from "node:timers/promises";

/** Thrown when neither a worker nor a place in the queue is free. */
export class QueueFull extends Error {
  readonly code = "queue-full";
  readonly side = "internal";
  readonly retryable = true;

  constructor(capacity: number) {
    super(
      `All workers are busy and ${capacity} requests wait already. Send fewer, or raise --queue.`,
    );
    this.name = "QueueFull";
  }
}

/** What a finished piece of work had to go through. */
export interface Served<T> {
  readonly value: T;
  /** Time between arrival and start, in milliseconds. */
  readonly queuedMs: number;
}

/**
 * A finite pool of workers behind a bounded queue, first come first served: what makes a server
 * slow under load. A request whose client has gone keeps its place, as in most servers.
 */
export class WorkerQueue {
  readonly #capacity: number;
  readonly #waiting: (() => void)[] = [];
  #idle: number;
  #waitingMost = 0;

  /**
   * @param workers requests served at the same time, at least 1
   * @param capacity requests that may wait; 0 for none
   */
  constructor(workers: number, capacity: number) {
    this.#idle = workers;
    this.#capacity = capacity;
  }

  /** Requests that wait for a worker now. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Most requests that waited at once since it was last asked. */
  takeWaitingMost(): number {
    const most = this.#waitingMost;
    this.#waitingMost = this.#waiting.length;
    return most;
  }

  /**
   * Does the work as soon as a worker is free, which it holds until the work has ended.
   *
   * @throws QueueFull at once, and whatever the work throws
   */
  async run<T>(work: () => Promise<T>): Promise<Served<T>> {
    const arrived = performance.now();
    await this.#worker();
    const queuedMs = performance.now() - arrived;
    try {
      return { value: await work(), queuedMs };
    } finally {
      this.#release();
    }
  }

  #worker(): Promise<void> {
    if (this.#idle > 0) {
      this.#idle -= 1;
      return Promise.resolve();
    }
    if (this.#waiting.length >= this.#capacity) {
      return Promise.reject(new QueueFull(this.#capacity));
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#waitingMost = Math.max(this.#waitingMost, this.#waiting.length);
    });
  }

  /** The worker goes straight to whoever waits longest, so that nobody who comes now overtakes. */
  #release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle += 1;
    else next();
  }
}

/**
 * Takes the time of a request without using the processor: never less than asked, and as little
 * more as timers of 1 ms allow.
 */
export async function serve(serviceMs: number): Promise<void> {
  const end = performance.now() + serviceMs;
  // A timer may fire up to a millisecond early, for the loop's clock is cut to whole milliseconds.
  for (let left = serviceMs; left > 0; left = end - performance.now()) {
    await sleep(Math.ceil(left));
  }
}
