import {
  outlierRulesOf,
  OutlierPool,
  type BackendOutcome,
  type JudgedByTraffic,
} from "../../balancer/index.ts";
import type { Model } from "./model.ts";

/** What outlier detection of one balancer works with. */
export interface OutlierSurroundings<B> {
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Has `readmit` called at a time. */
  readonly later: (atMs: number) => void;
  /** A backend is ejected, or is back. */
  readonly eject: (backend: B, ejected: boolean, now: number) => void;
}

/** Outlier detection of one balancer: the balancer's own judgement, with the simulator's time. */
export class Outliers<B extends JudgedByTraffic> {
  readonly #pool: OutlierPool<B>;
  readonly #surroundings: OutlierSurroundings<B>;
  #wakeAt = Number.POSITIVE_INFINITY;
  #now = 0;
  /** Whether somebody was ejected since it was last planned who comes back when. */
  #isPlanned = true;

  constructor(
    config: NonNullable<Model["outlierDetection"]>,
    backends: readonly B[],
    surroundings: OutlierSurroundings<B>,
  ) {
    this.#surroundings = surroundings;
    this.#pool = new OutlierPool(backends, outlierRulesOf(config), 0, (effect) => {
      if (effect.kind === "spared") return;
      const ejected = effect.kind === "ejected";
      if (ejected) this.#isPlanned = false;
      surroundings.eject(effect.backend, ejected, this.#now);
    });
  }

  /**
   * What became of a request.
   *
   * @param sentAt when it was sent to its backend
   */
  observe(
    backend: B,
    outcome: BackendOutcome,
    latencyMs: number,
    sentAt: number,
    now: number,
  ): void {
    this.#now = now;
    this.#pool.observe(backend, outcome, latencyMs, sentAt, now, this.#surroundings.random);
    // An answer may end an interval, after which others are ejected.
    if (!this.#isPlanned) this.#plan();
  }

  /** A backend may be picked again, or no longer. */
  changed(backend: B, isPickable: boolean, now: number): void {
    this.#pool.changed(backend, isPickable, now);
  }

  /** A check of a backend that began then has passed. */
  passed(backend: B, beganAt: number, now: number): void {
    this.#now = now;
    this.#pool.passed(backend, beganAt, now);
  }

  /** The time of an ejection is up. */
  readmit(now: number): void {
    this.#now = now;
    this.#wakeAt = Number.POSITIVE_INFINITY;
    this.#pool.readmitDue(now);
    this.#plan();
  }

  /** Has it looked at when the next ejection is over. */
  #plan(): void {
    this.#isPlanned = true;
    const at = this.#pool.wakeAt ?? Number.POSITIVE_INFINITY;
    if (at >= this.#wakeAt) return;
    this.#wakeAt = at;
    this.#surroundings.later(at);
  }
}
