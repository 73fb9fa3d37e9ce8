import type { OutlierDetectionConfig } from "../config.ts";
import type { EventSink } from "../telemetry/event.ts";
import type { Backend } from "../upstream/backend.ts";
import type { EjectionRecord, OutlierEffect } from "./outlier-effect.ts";
import { OutlierPool } from "./outlier-pool.ts";
import { rulesOf } from "./outlier-rules.ts";
import type { Outcome } from "./outcome.ts";

/** What a detector works with. */
export interface DetectorDependencies {
  readonly emit: EventSink;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Judges the backends of one pool by live traffic, and keeps their `ejected` current. */
export class OutlierDetector {
  readonly #poolId: string;
  readonly #dependencies: DetectorDependencies;
  /** Null while the pool wants no detection. */
  #pool: OutlierPool<Backend> | null = null;
  #wake: NodeJS.Timeout | undefined;
  #wakeAt = Number.POSITIVE_INFINITY;

  constructor(poolId: string, dependencies: DetectorDependencies) {
    this.#poolId = poolId;
    this.#dependencies = dependencies;
  }

  /**
   * Replaces membership and settings; the backends that stay keep what is known of them.
   *
   * @param config undefined for no detection: who is ejected comes back
   */
  update(backends: readonly Backend[], config: OutlierDetectionConfig | undefined): void {
    const now = this.#dependencies.now();
    if (config === undefined) {
      this.#pool?.readmitAll(now);
      this.#pool = null;
    } else if (this.#pool === null) {
      this.#pool = new OutlierPool(backends, rulesOf(config), now, (effect) => this.#tell(effect));
    } else this.#pool.update(backends, rulesOf(config), now);
    this.#sleep();
  }

  /**
   * What became of a try.
   *
   * @param latencyMs http: to the first byte of the response; tcp: to the end of the handshake
   * @param sentAt when the try began
   */
  observe(backend: Backend, outcome: Outcome, latencyMs: number, sentAt: number): void {
    if (this.#pool === null) return;
    const { now, random } = this.#dependencies;
    this.#pool.observe(backend, outcome, latencyMs, sentAt, now(), random);
  }

  /** A backend may be picked again, or no longer. */
  changed(backend: Backend): void {
    this.#pool?.changed(backend, backend.pickable, this.#dependencies.now());
  }

  /** An active check that began then has passed. */
  passed(backend: Backend, beganAt: number): void {
    if (!backend.ejected) return;
    this.#pool?.passed(backend, beganAt, this.#dependencies.now());
    this.#sleep();
  }

  /** What is known of a backend; null without detection. */
  recordOf(backend: Backend): EjectionRecord | null {
    const known = this.#pool?.stateOf(backend);
    if (known === undefined) return null;
    const { state, reason } = known;
    const readmitInMs =
      state.kind === "ejected"
        ? Math.max(0, Math.round(state.readmitAt - this.#dependencies.now()))
        : null;
    return { ejections: state.ejections, reason, readmitInMs };
  }

  /** Goes on with what another process knew of a backend. */
  resume(backend: Backend, record: EjectionRecord): void {
    this.#pool?.resume(backend, record, this.#dependencies.now());
    backend.ejected = this.#pool?.stateOf(backend)?.state.kind === "ejected";
    this.#sleep();
  }

  /** Lets go of the timer; whoever is ejected stays so. */
  stop(): void {
    clearTimeout(this.#wake);
    this.#pool = null;
  }

  #tell(effect: OutlierEffect<Backend>): void {
    const { backend } = effect;
    const about = { pool: this.#poolId, backend: backend.id };
    switch (effect.kind) {
      case "ejected": {
        const { reason, ejections, forMs, figures } = effect;
        this.#dependencies.emit("backend.ejected", {
          ...about,
          ...{ reason, forMs: rounded(forMs), ejections },
          ...(figures && { value: rounded(figures.value), bound: rounded(figures.bound) }),
        });
        backend.ejected = true;
        // Who comes back later than others is looked for when those are back.
        if (this.#dependencies.now() + forMs < this.#wakeAt) this.#sleep();
        break;
      }
      case "readmitted": {
        const { because, afterMs } = effect;
        this.#dependencies.emit("backend.readmitted", {
          ...about,
          because,
          afterMs: rounded(afterMs),
        });
        backend.ejected = false;
        break;
      }
      case "spared": {
        const { reason, detection, failing } = effect;
        this.#dependencies.emit("backend.spared", { ...about, reason, detection, failing });
        break;
      }
    }
  }

  /** Until the next ejection is over. */
  #sleep(): void {
    clearTimeout(this.#wake);
    const at = this.#pool?.wakeAt ?? null;
    this.#wakeAt = at ?? Number.POSITIVE_INFINITY;
    if (at === null) return;
    const wake = (): void => {
      // A timer may fire a moment early by our clock; it is then simply set again.
      this.#pool?.readmitDue(this.#dependencies.now());
      this.#sleep();
    };
    this.#wake = setTimeout(wake, Math.max(1, Math.ceil(at - this.#dependencies.now())));
    // Nobody need wait for it.
    this.#wake.unref();
  }
}

function rounded(number: number): number {
  return Math.round(number * 1000) / 1000;
}
