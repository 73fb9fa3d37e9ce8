import type { EventSink } from "../telemetry/event.ts";
import type { Backend } from "../upstream/backend.ts";
import { isBelowShare } from "./ejection-cap.ts";

/** How many backends of a pool may be relied on. */
export interface Fitness {
  /** Those whom checks and live traffic speak for. */
  readonly fit: number;
  /** Those that operators left enabled and checks have judged. */
  readonly enabled: number;
}

/** Counts; who was never judged (`pending`) speaks neither for panic nor against it. */
export function fitnessOf(
  backends: readonly Pick<Backend, "wanted" | "fit" | "health">[],
): Fitness {
  let fit = 0;
  let enabled = 0;
  for (const backend of backends) {
    if (!backend.wanted || backend.health === "pending") continue;
    enabled += 1;
    if (backend.fit) fit += 1;
  }
  return { fit, enabled };
}

/**
 * Whether so few are fit that they could not carry the load, so that everybody is to serve.
 *
 * @param threshold share of the enabled ones that must be fit; 0 for never
 * @see Envoy, "Panic threshold"
 */
export function isPanic({ fit, enabled }: Fitness, threshold: number): boolean {
  return isBelowShare(fit, enabled, threshold);
}

/** What the watch of a panic works with. */
export interface PanicDependencies {
  readonly emit: EventSink;
  /** Told what an operator should know. */
  readonly warn: (message: string) => void;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** Keeps `panicking` of the backends of one pool current. */
export class PanicWatch {
  readonly #poolId: string;
  readonly #dependencies: PanicDependencies;
  #backends: readonly Backend[] = [];
  #threshold = 0;
  #since: number | null = null;

  constructor(poolId: string, dependencies: PanicDependencies) {
    this.#poolId = poolId;
    this.#dependencies = dependencies;
  }

  /** Whether the pool is in panic. */
  get active(): boolean {
    return this.#since !== null;
  }

  /** Replaces membership and threshold. */
  update(backends: readonly Backend[], threshold: number): void {
    this.#backends = backends;
    this.#threshold = threshold;
    this.look();
  }

  /** A backend may be fit or enabled that was not, or the other way round. */
  look(): void {
    if (this.#threshold === 0 && this.#since === null) return;
    const fitness = fitnessOf(this.#backends);
    const panics = isPanic(fitness, this.#threshold);
    if (panics !== this.active) this.#turn(panics, fitness);
    for (const backend of this.#backends) {
      backend.panicking = panics && backend.health !== "pending";
    }
  }

  #turn(panics: boolean, { fit, enabled }: Fitness): void {
    const { emit, warn, now } = this.#dependencies;
    const pool = this.#poolId;
    if (!panics) {
      const tookMs = Math.round(now() - (this.#since ?? now()));
      this.#since = null;
      emit("pool.calm", { pool, fit, enabled, tookMs });
      warn(`Pool "${pool}" is no longer in panic: ${fit} of ${enabled} enabled backends are fit.`);
      return;
    }
    this.#since = now();
    emit("pool.panic", { pool, fit, enabled, threshold: this.#threshold });
    warn(
      `Pool "${pool}" is in panic: ${fit} of ${enabled} enabled backends are fit, less than its panicThreshold of ${this.#threshold}. Requests go to all of them; see with GET /pools why they are out.`,
    );
  }
}
