/** What the application had to do in one window. */
export interface LoadInWindow {
  /** Requests of work that came. */
  readonly requests: number;
  /** Most that were open at once. */
  readonly openMost: number;
  /** Most that waited for a worker at once. */
  readonly queuedMost: number;
}

/** Short enough to see the peak that a failover leaves behind, long enough to cost nothing. */
const WINDOW_MS = 100;

/**
 * Tells the load of work in windows of 100 ms, at the end of each, while there is any: nothing is told of a
 * window without an open request.
 */
export class LoadMeter {
  readonly #takeQueuedMost: () => number;
  readonly #tell: (load: LoadInWindow) => void;
  #requests = 0;
  #open = 0;
  #openMost = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param takeQueuedMost most that waited since it was last called */
  constructor(takeQueuedMost: () => number, tell: (load: LoadInWindow) => void) {
    this.#takeQueuedMost = takeQueuedMost;
    this.#tell = tell;
  }

  /** A request has come. */
  begun(): void {
    this.#requests += 1;
    this.#open += 1;
    this.#openMost = Math.max(this.#openMost, this.#open);
    this.#timer ??= setInterval(() => this.#endWindow(), WINDOW_MS);
  }

  /** A request has been answered, or its client has left. */
  ended(): void {
    this.#open -= 1;
  }

  /** Ends the window under way. */
  close(): void {
    if (this.#timer !== undefined) this.#endWindow();
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #endWindow(): void {
    const queuedMost = this.#takeQueuedMost();
    if (this.#openMost === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    this.#tell({ requests: this.#requests, openMost: this.#openMost, queuedMost });
    this.#requests = 0;
    this.#openMost = this.#open;
  }
}
