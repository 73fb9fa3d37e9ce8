import {
  afterDeparture,
  beginDeparture,
  departureDueAt,
  type Departure,
  type DepartureEvent,
  type DepartureRules,
} from "./departure.ts";

/** A departure on the clock: tells when each of its phases begins. */
export class LeaveTaking {
  readonly #rules: DepartureRules;
  readonly #now: () => number;
  readonly #began: Readonly<Record<"draining" | "cutting", PromiseWithResolvers<void>>>;
  #departure: Departure;
  #timer: NodeJS.Timeout | undefined;

  /** @param now monotonic milliseconds */
  constructor(rules: DepartureRules, now: () => number) {
    this.#rules = rules;
    this.#now = now;
    this.#began = {
      draining: Promise.withResolvers<void>(),
      cutting: Promise.withResolvers<void>(),
    };
    this.#departure = beginDeparture(rules, now());
    this.#follow();
  }

  /** Resolves when nothing is accepted any more; a hurried departure goes through it, too. */
  get draining(): Promise<void> {
    return this.#began.draining.promise;
  }

  /** Resolves when what is left is to be cut; never when it was stopped before. */
  get cutting(): Promise<void> {
    return this.#began.cutting.promise;
  }

  /** Something has happened. */
  tell(event: DepartureEvent): void {
    this.#departure = afterDeparture(this.#departure, event, this.#rules, this.#now());
    this.#follow();
  }

  /** Everything is over: no timer is left. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #follow(): void {
    clearTimeout(this.#timer);
    const { phase } = this.#departure;
    if (phase !== "lame-duck") this.#began.draining.resolve();
    if (phase === "cutting") this.#began.cutting.resolve();
    const at = departureDueAt(this.#departure);
    if (at === null) return;
    // A timer may fire a moment early by our clock; it is then simply set again.
    this.#timer = setTimeout(() => this.tell("time"), Math.max(1, Math.ceil(at - this.#now())));
  }
}
