import type { HealthCheckConfig } from "../config.ts";
import type { Backend } from "../upstream/backend.ts";
import type { CheckTarget } from "./active-check.ts";
import type { CheckResult } from "./check-result.ts";

/** Makes one check; never rejects. */
export type RunCheck = (
  target: CheckTarget,
  check: HealthCheckConfig,
  signal: AbortSignal,
) => Promise<CheckResult>;

/** What the checks of one backend need of their pool's. */
export interface CheckedPool {
  /** How it is checked at present. */
  config(): HealthCheckConfig;
  readonly check: RunCheck;
  /** Monotonic milliseconds. */
  now(): number;
  /** A check, not a knock, begins. */
  begins(backend: Backend): void;
  takes(backend: Backend, result: CheckResult, beganAt: number): void;
  /** When the check after one that ended just now begins. */
  nextAt(checks: BackendChecks): number;
}

/** How often a backend that has never passed is tried between its checks. */
const KNOCK_EVERY_MS = 50;

/** The checks of one backend, one after another, until it leaves its pool. */
export class BackendChecks {
  readonly backend: Backend;
  /** Its place in the rounds of its pool. */
  readonly place: number;
  /** For when the last check, or the one to come, is planned. */
  plannedAt: number;
  /** When the last check began. */
  beganAt: number;
  /** Checks begun. */
  count = 0;
  readonly #pool: CheckedPool;
  readonly #ended = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #knock: NodeJS.Timeout | undefined;

  constructor(backend: Backend, place: number, pool: CheckedPool) {
    this.backend = backend;
    this.place = place;
    this.#pool = pool;
    this.plannedAt = this.beganAt = pool.now();
  }

  /** Checks at once and then on and on; resolves when the first check is over. */
  async begin(): Promise<void> {
    await this.#checkOnce();
    this.#knockSoon();
    this.#checkAt(this.#pool.nextAt(this));
  }

  /** Begins the check that is waited for earlier; one under way, or one that is due before, stays. */
  advanceTo(at: number): void {
    if (this.#timer !== undefined && at < this.plannedAt) this.#checkAt(at);
  }

  /** No further check, and the one under way counts no more. */
  end(): void {
    this.#ended.abort();
    clearTimeout(this.#timer);
    clearTimeout(this.#knock);
  }

  #checkAt(at: number): void {
    if (this.#ended.signal.aborted) return;
    clearTimeout(this.#timer);
    const now = this.#pool.now();
    // A check that outlasted its interval does not make the next one late.
    this.plannedAt = Math.max(at, now);
    // Nothing is awaited here: a check that outlasts its interval delays the next one.
    const begin = async (): Promise<void> => {
      this.#timer = undefined;
      this.beganAt = this.#pool.now();
      await this.#checkOnce();
      this.#checkAt(this.#pool.nextAt(this));
    };
    this.#timer = setTimeout(() => void begin(), this.plannedAt - now);
  }

  async #checkOnce(): Promise<void> {
    const { signal } = this.#ended;
    if (signal.aborted) return;
    const { beganAt } = this;
    this.count += 1;
    this.#pool.begins(this.backend);
    const result = await this.#pool.check(this.backend, this.#pool.config(), signal);
    if (!signal.aborted) this.#pool.takes(this.backend, result, beganAt);
  }

  /**
   * Tries a backend that has never passed again and again between its checks, so that a pool is in
   * service as soon as its backends are, not an interval later. Only a pass counts.
   */
  #knockSoon(): void {
    const { signal } = this.#ended;
    const isWaited = (): boolean => !signal.aborted && this.backend.health === "pending";
    if (this.#pool.config().interval <= KNOCK_EVERY_MS || !isWaited()) return;
    const knock = async (): Promise<void> => {
      if (!isWaited()) return;
      const beganAt = this.#pool.now();
      const result = await this.#pool.check(this.backend, this.#pool.config(), signal);
      if (result === "pass" && isWaited()) this.#pool.takes(this.backend, result, beganAt);
      this.#knockSoon();
    };
    this.#knock = setTimeout(() => void knock(), KNOCK_EVERY_MS);
  }
}
