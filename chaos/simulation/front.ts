import {
  Selector,
  type BackendOutcome,
  type JudgedByTraffic,
  type Policy,
  type Selectable,
} from "../../balancer/index.ts";
import type { Model } from "./model.ts";
import { Outliers } from "./outliers.ts";

/** A backend as one balancer sees it. */
interface Seen extends Selectable, JudgedByTraffic {
  readonly index: number;
  inFlight: number;
  pickable: boolean;
  /** Whether its checks let it serve. */
  inService: boolean;
  ejected: boolean;
}

/** How a balancer sees a request end; of one that its client gave up it does not learn more. */
export type Ending = BackendOutcome | "abandoned";

/** What a balancer works with. */
export interface FrontSurroundings {
  /** Uniform in [0, 1): one stream for the policy, one for outlier detection. */
  readonly random: { readonly policy: () => number; readonly outliers: () => number };
  /** Has `readmit` called at a time. */
  readonly readmitLater: (atMs: number) => void;
}

/** No backend was allowed. */
export const NOBODY = -1;

/** One balancer: its selector, and what it knows of the backends. */
export class Front {
  readonly #selector: Selector<Seen>;
  readonly #seen: readonly Seen[];
  readonly #outliers: Outliers<Seen> | null;
  readonly #wanted: { now: number; key: string; excluded: ReadonlySet<string> | null } = {
    now: 0,
    key: "",
    excluded: null,
  };

  constructor(model: Model, policy: Policy, { random, readmitLater }: FrontSurroundings) {
    const { outlierDetection, slowStart } = model;
    this.#selector = new Selector<Seen>(policy, {
      random: random.policy,
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
        inService: true,
        ejected: false,
      }));
    this.#outliers =
      outlierDetection === undefined
        ? null
        : new Outliers(outlierDetection, this.#seen, {
            random: random.outliers,
            later: readmitLater,
            eject: (seen, ejected, now) => {
              seen.ejected = ejected;
              this.#judge(seen, now);
            },
          });
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

  /**
   * A backend has answered this balancer, or failed to.
   *
   * @param sentAt when the request was sent to it
   */
  observed(backend: number, ending: Ending, sentAt: number, now: number): void {
    const seen = this.#at(backend);
    const latencyMs = now - sentAt;
    const result = ending === "answered" || ending === "abandoned" ? ending : "failed";
    this.#selector.observed(seen, result, latencyMs, now);
    // Who was given up may have answered well a moment later.
    if (ending !== "abandoned") this.#outliers?.observe(seen, ending, latencyMs, sentAt, now);
  }

  /** The balancer knows that one request on a backend is over. */
  ended(backend: number, now: number): void {
    const seen = this.#at(backend);
    seen.inFlight -= 1;
    this.#selector.ended(seen, now);
  }

  /** Whether a backend is fit, as its health checks would say. */
  allow(backend: number, allowed: boolean, now: number): void {
    const seen = this.#at(backend);
    seen.inService = allowed;
    this.#judge(seen, now);
  }

  /** A check of a backend that began then has passed. */
  passed(backend: number, beganAt: number, now: number): void {
    this.#outliers?.passed(this.#at(backend), beganAt, now);
  }

  /** The time of an ejection is up. */
  readmit(now: number): void {
    this.#outliers?.readmit(now);
  }

  #judge(seen: Seen, now: number): void {
    const pickable = seen.inService && !seen.ejected;
    if (pickable === seen.pickable) return;
    seen.pickable = pickable;
    this.#selector.changed(seen, now);
    this.#outliers?.changed(seen, pickable, now);
  }

  #at(backend: number): Seen {
    // One of those that the selector picked from.
    return this.#seen[backend] as Seen;
  }
}
