import { isConnectFailure, isTimeout, type Outcome } from "./outcome.ts";
import type { ConsecutiveKind, OutlierRules } from "./outlier-rules.ts";

/**
 * What the requests of one backend have shown. It changes in place and makes nothing new: it is told
 * of every request.
 */
export class OutlierTally {
  /** Failures since the last success. */
  streak = 0;
  lastFailureAt = Number.NEGATIVE_INFINITY;
  /** When the first failure came that counts towards the next verdict. */
  beganAt = 0;
  /** Requests sent before count for nothing. */
  sentFrom = Number.NEGATIVE_INFINITY;
  /** Requests of this interval, and of those the successes. */
  requests = 0;
  successes = 0;
  /** Sum over the successes of this interval. */
  latencyMs = 0;
  #any = 0;
  #gateway = 0;
  #connect = 0;
  #timeouts = 0;

  /**
   * Counts a request.
   *
   * @param now monotonic milliseconds
   */
  count(outcome: Outcome, latencyMs: number, now: number): void {
    this.requests += 1;
    if (outcome === "answered") {
      this.successes += 1;
      this.latencyMs += latencyMs;
      this.streak = 0;
      this.forgive();
      return;
    }
    this.streak += 1;
    this.lastFailureAt = now;
  }

  /**
   * Counts a failure towards the next verdict. A kind is in a row until a request ends otherwise: a
   * 500 is an answer of who can be reached, and so ends a row of connect failures.
   */
  countInARow(outcome: Outcome, now: number): void {
    if (this.#any === 0) this.beganAt = now;
    this.#any += 1;
    this.#gateway = outcome === "server-error" ? 0 : this.#gateway + 1;
    this.#connect = isConnectFailure(outcome) ? this.#connect + 1 : 0;
    this.#timeouts = isTimeout(outcome) ? this.#timeouts + 1 : 0;
  }

  /** What is enough in a row to eject it; null for nothing. The narrowest kind says most. */
  due(limits: OutlierRules["consecutive"]): ConsecutiveKind | null {
    if (limits.timeout > 0 && this.#timeouts >= limits.timeout) return "timeout";
    if (limits.connect > 0 && this.#connect >= limits.connect) return "connect";
    if (limits.gateway > 0 && this.#gateway >= limits.gateway) return "gateway";
    return limits["5xx"] > 0 && this.#any >= limits["5xx"] ? "5xx" : null;
  }

  /** Begins to count in a row anew; the streak, which is evidence for others, goes on. */
  forgive(): void {
    this.#any = 0;
    this.#gateway = 0;
    this.#connect = 0;
    this.#timeouts = 0;
  }

  /** Begins a new interval. */
  nextInterval(): void {
    this.requests = 0;
    this.successes = 0;
    this.latencyMs = 0;
  }

  /** Forgets everything; only requests sent from now on count. */
  restart(now: number): void {
    this.sentFrom = now;
    this.streak = 0;
    this.forgive();
    this.nextInterval();
  }
}
