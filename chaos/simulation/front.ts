import { Selector, type Policy, type Selectable } from "../../balancer/index.ts";
import type { Model } from "./model.ts";

/** A backend as one balancer sees it. */
interface Seen extends Selectable {
  readonly index: number;
  inFlight: number;
  pickable: boolean;
}

/** No backend was allowed. */
export const NOBODY = -1;

/** One balancer: its selector, and what it knows of the backends. */
export class Front {
  readonly #selector: Selector<Seen>;
  readonly #seen: readonly Seen[];
  readonly #wanted: { now: number; key: string; excluded: ReadonlySet<string> | null } = {
    now: 0,
    key: "",
    excluded: null,
  };

  constructor(model: Model, policy: Policy, random: () => number) {
    const { slowStart } = model;
    this.#selector = new Selector<Seen>(policy, {
      random,
      slowStart: slowStart && {
        windowMs: slowStart.window,
        aggression: slowStart.aggression,
        minimumWeight: slowStart.minimumWeight,
      },
    });
    this.#seen = model.backends
      .flatMap(({ count, weight }) => Array.from({ length: count }, () => weight))
      .map((weight, index) => ({
        id: `backend-${index}`,
        index,
        weight,
        inFlight: 0,
        pickable: true,
      }));
    this.#selector.update(this.#seen, 0);
    // Before the first request there is time to build a table.
    while (this.#selector.advance());
  }

  /**
   * Index of the backend for one request, or `NOBODY`.
   *
   * @param tried a backend that has refused it; `NOBODY` for none
   */
  pick(now: number, key: string, tried: number): number {
    this.#wanted.now = now;
    this.#wanted.key = key;
    this.#wanted.excluded = tried === NOBODY ? null : new Set([this.#at(tried).id]);
    return this.#selector.pick(this.#wanted)?.index ?? NOBODY;
  }

  /** The balancer knows of one more request on a backend. */
  started(backend: number, now: number): void {
    const seen = this.#at(backend);
    seen.inFlight += 1;
    this.#selector.started(seen, now);
  }

  /** A backend has answered this balancer, or failed to. */
  observed(
    backend: number,
    result: "answered" | "failed" | "abandoned",
    latencyMs: number,
    now: number,
  ): void {
    this.#selector.observed(this.#at(backend), result, latencyMs, now);
  }

  /** The balancer knows that one request on a backend is over. */
  ended(backend: number, now: number): void {
    const seen = this.#at(backend);
    seen.inFlight -= 1;
    this.#selector.ended(seen, now);
  }

  /** Whether a backend may be picked, as its health checks would say. */
  allow(backend: number, allowed: boolean, now: number): void {
    const seen = this.#at(backend);
    seen.pickable = allowed;
    this.#selector.changed(seen, now);
  }

  #at(backend: number): Seen {
    // One of those that the selector picked from.
    return this.#seen[backend] as Seen;
  }
}
