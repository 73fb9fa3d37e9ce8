import type { Outcome } from "../health/outcome.ts";
import type { Result } from "../selection/policy.ts";
import type { Backend } from "../upstream/backend.ts";
import type { Pool } from "../upstream/pool.ts";

/**
 * What the pool is told of the try that is under way for one client, however it ends. One serves all
 * tries of a connection, one after the other, so that a request costs no object more.
 */
export class TryAccount {
  #pool: Pool | null = null;
  #backend: Backend | null = null;
  /** When the try began. */
  #sentAt = 0;
  /** When the backend was asked: from then on it is the one that takes time. */
  #askedAt = 0;
  /** How long the backend took to its answer, once it was observed. */
  #latencyMs = 0;
  #observed = false;
  #judged = false;

  /** Who is tried; null between two tries. */
  get backend(): Backend | null {
    return this.#backend;
  }

  /** Whether the policy was told how the backend answered. */
  get observed(): boolean {
    return this.#observed;
  }

  /** A try begins. @param now monotonic milliseconds, as everywhere here */
  begin(pool: Pool, backend: Backend, now: number): void {
    this.#pool = pool;
    this.#backend = backend;
    this.#sentAt = now;
    this.#askedAt = now;
    this.#observed = false;
    this.#judged = false;
    pool.started(backend, now);
  }

  /** The backend has the whole request only now: what the client took is not the backend's time. */
  asked(now: number): void {
    this.#askedAt = now;
  }

  /** Tells the policy how the backend answers. A failure may follow on an answer that had begun. */
  observe(result: Result, now: number): void {
    if (this.#backend === null) return;
    this.#observed = true;
    this.#latencyMs = now - this.#askedAt;
    this.#pool?.observed(this.#backend, result, this.#latencyMs, now);
  }

  /** Tells live traffic's judge what became of the try; the first to tell is right. */
  judge(outcome: Outcome): void {
    if (this.#backend === null || this.#judged) return;
    this.#judged = true;
    this.#pool?.judged(this.#backend, outcome, this.#latencyMs, this.#sentAt);
  }

  /** Nothing of the try is left on its backend; as often as it is asked to. */
  end(now: number): void {
    if (this.#backend !== null) this.#pool?.ended(this.#backend, now);
    this.#backend = null;
  }
}
