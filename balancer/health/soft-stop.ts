import type { EventSink } from "../telemetry/event.ts";
import type { Backend } from "../upstream/backend.ts";
import type { CheckResult } from "./check-result.ts";

/** How a backend said that it wants no new work: by what a check got, or on a response to a client. */
export type LeavingWord = "check" | "header";

/**
 * Backends that leave of their own accord: they get no new work and finish what they have, although
 * nobody took them out and their checks pass. A later check that passes without the word ends it.
 */
export class SoftStop {
  readonly #pool: string;
  readonly #emit: EventSink;
  readonly #words = new WeakMap<Backend, { readonly firstAt: number; lastAt: number }>();

  /** @param pool its id, for the events */
  constructor(pool: string, emit: EventSink) {
    this.#pool = pool;
    this.#emit = emit;
  }

  /** A backend says that it leaves. @param now monotonic milliseconds */
  leaves(backend: Backend, by: LeavingWord, now: number): void {
    const words = this.#words.get(backend);
    if (backend.leaving && words !== undefined) {
      words.lastAt = now;
      return;
    }
    this.#words.set(backend, { firstAt: now, lastAt: now });
    backend.leaving = true;
    const { id, inFlight } = backend;
    this.#emit("backend.leaving", { pool: this.#pool, backend: id, by, inFlight });
  }

  /** A check has ended. What it asked before the last word of leaving says nothing against that. */
  checked(backend: Backend, result: CheckResult, beganAt: number, now: number): void {
    if (result === "leaving") this.leaves(backend, "check", now);
    if (result !== "pass" || !backend.leaving) return;
    const { firstAt = beganAt, lastAt = beganAt } = this.#words.get(backend) ?? {};
    if (beganAt < lastAt) return;
    backend.leaving = false;
    const forMs = Math.round(now - firstAt);
    this.#emit("backend.stayed", { pool: this.#pool, backend: backend.id, forMs });
  }
}
