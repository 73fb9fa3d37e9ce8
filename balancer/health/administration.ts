import type { EventSink } from "../telemetry/event.ts";
import type { AdministrativeState, Backend } from "../upstream/backend.ts";
import type { Pool } from "../upstream/pool.ts";

/** Nobody tells when the last request of a backend ends, so it is looked for that often. */
const LOOK_MS = 20;

/** What operators want of backends, whatever the checks say. */
export class Administration {
  readonly #emit: EventSink;
  readonly #now: () => number;
  readonly #watches = new Map<Backend, NodeJS.Timeout>();

  /** @param now monotonic milliseconds */
  constructor(emit: EventSink, now: () => number) {
    this.#emit = emit;
    this.#now = now;
  }

  /**
   * Changes the administrative state. A backend that is taken out gets nothing new and finishes
   * what it has; `backend.drained` tells when nothing is left.
   */
  set(pool: Pool, backend: Backend, state: AdministrativeState): void {
    const wasIn = backend.administrative === "enabled";
    backend.administrative = state;
    if (state === "enabled") {
      this.#unwatch(backend);
    } else if (wasIn) {
      const about = { pool: pool.id, backend: backend.id };
      const { inFlight } = backend;
      this.#emit("backend.draining", { ...about, administrative: state, inFlight });
      this.#watch(backend, about);
    }
  }

  /** Forgets the backends that are still draining. */
  stop(): void {
    for (const backend of this.#watches.keys()) this.#unwatch(backend);
  }

  #watch(backend: Backend, about: { readonly pool: string; readonly backend: string }): void {
    const beganAt = this.#now();
    const look = (): void => {
      if (backend.inFlight > 0) return;
      this.#unwatch(backend);
      this.#emit("backend.drained", { ...about, tookMs: Math.round(this.#now() - beganAt) });
    };
    this.#watches.set(backend, setInterval(look, LOOK_MS));
    look();
  }

  #unwatch(backend: Backend): void {
    clearInterval(this.#watches.get(backend));
    this.#watches.delete(backend);
  }
}
