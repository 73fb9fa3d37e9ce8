import type { EventSink } from "../telemetry/event.ts";
import type { AdministrativeState, Backend } from "../upstream/backend.ts";
import type { BackendTraffic } from "../upstream/backend-traffic.ts";
import type { Pool } from "../upstream/pool.ts";
import { afterCut, beginDrain, drainStep, withDeadline, type Drain } from "./drain.ts";

/** Nobody tells when the last request of a backend ends, so it is looked for that often. */
const LOOK_MS = 20;

/** Who took a backend out: an operator, or a new configuration in which it is missing. */
export type DrainCause = "operator" | "removed";

/** What an operator asks of a backend. */
export interface AdministrativeChange {
  readonly state: AdministrativeState;
  /**
   * `draining`: how long what is in flight may last, from now on; 0 cuts it at once, null waits for
   * ever. @default the pool's `drain.deadline`
   */
  readonly deadlineMs?: number | null;
}

/** A drain under way, for people. */
export interface DrainView {
  readonly forMs: number;
  readonly inFlightAtBegin: number;
  /** Until what is left is cut; null when it is waited for. */
  readonly deadlineInMs: number | null;
}

interface Watch {
  readonly timer: NodeJS.Timeout;
  drain: Drain;
}

/** What operators want of backends, whatever the checks say, and what becomes of those taken out. */
export class Administration {
  readonly #emit: EventSink;
  readonly #now: () => number;
  readonly #traffic: BackendTraffic;
  readonly #watches = new Map<Backend, Watch>();

  /** @param now monotonic milliseconds */
  constructor(emit: EventSink, now: () => number, traffic: BackendTraffic) {
    this.#emit = emit;
    this.#now = now;
    this.#traffic = traffic;
  }

  /**
   * Changes the administrative state. A backend that is taken out gets nothing new and finishes
   * what it has, `draining` until a deadline and `disabled` without one; `backend.drained` tells
   * when nothing is left. Draining again sets the deadline anew.
   */
  set(pool: Pool, backend: Backend, change: AdministrativeChange): void {
    const before = backend.administrative;
    const { state, deadlineMs = pool.config.drain.deadline } = change;
    backend.administrative = state;
    if (state === "enabled") {
      this.#unwatch(backend);
      return;
    }
    const isAsked = change.deadlineMs !== undefined;
    if (before === "enabled" || (isAsked && this.#watches.has(backend))) {
      this.#out(pool, backend, "operator", state === "draining" ? deadlineMs : null);
    } else if (before !== state) {
      this.#postpone(backend, state === "draining" ? deadlineMs : null);
    }
  }

  /**
   * Lets go of a backend that is no member of its pool any more: it finishes what it has until the
   * pool's `drain.deadline`.
   */
  remove(pool: Pool, backend: Backend): void {
    backend.administrative = "draining";
    this.#out(pool, backend, "removed", pool.config.drain.deadline);
  }

  /** The drain of a backend; undefined when none is under way. */
  drainOf(backend: Backend): DrainView | undefined {
    const watch = this.#watches.get(backend);
    if (watch === undefined) return undefined;
    const { beganAt, inFlightAtBegin, deadlineAt } = watch.drain;
    const now = this.#now();
    return {
      forMs: Math.round(now - beganAt),
      inFlightAtBegin,
      deadlineInMs: deadlineAt === null ? null : Math.max(0, Math.round(deadlineAt - now)),
    };
  }

  /** Forgets the backends that are still draining. */
  stop(): void {
    for (const backend of this.#watches.keys()) this.#unwatch(backend);
  }

  #out(pool: Pool, backend: Backend, by: DrainCause, deadlineMs: number | null): void {
    const about = { pool: pool.id, backend: backend.id };
    const { administrative, inFlight } = backend;
    this.#emit("backend.draining", { ...about, administrative, by, inFlight, deadlineMs });
    this.#traffic.closeIdle(backend);
    if (this.#watches.has(backend)) {
      this.#postpone(backend, deadlineMs);
    } else {
      const timer = setInterval(() => this.#look(backend, about), LOOK_MS);
      this.#watches.set(backend, { timer, drain: beginDrain(inFlight, deadlineMs, this.#now()) });
    }
    this.#look(backend, about);
  }

  #postpone(backend: Backend, deadlineMs: number | null): void {
    const watch = this.#watches.get(backend);
    if (watch !== undefined) watch.drain = withDeadline(watch.drain, deadlineMs, this.#now());
  }

  #look(backend: Backend, about: { readonly pool: string; readonly backend: string }): void {
    const watch = this.#watches.get(backend);
    if (watch === undefined) return;
    const now = this.#now();
    const step = drainStep(watch.drain, backend.inFlight, now);
    if (step.kind === "wait") return;
    if (step.kind === "cut") {
      const { inFlight } = backend;
      this.#traffic.cutOff(backend);
      watch.drain = afterCut(watch.drain, inFlight - backend.inFlight);
      // What could not be cut is looked at again; it must not be cut over and over in one go.
      if (backend.inFlight === 0) this.#look(backend, about);
      return;
    }
    this.#unwatch(backend);
    this.#emit("backend.drained", { ...about, ...step.end });
  }

  #unwatch(backend: Backend): void {
    clearInterval(this.#watches.get(backend)?.timer);
    this.#watches.delete(backend);
  }
}
