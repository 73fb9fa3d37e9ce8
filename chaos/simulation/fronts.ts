import { Front, type FrontSurroundings } from "./front.ts";
import { keyCountOf } from "./keys.ts";
import type { Condition, Model } from "./model.ts";
import { policyMaker } from "./policy-spec.ts";

/** A request that began or is over, of which balancers will hear with the next report. */
interface News {
  readonly balancer: number;
  readonly backend: number;
  readonly began: boolean;
}

/** All balancers, each with a policy of its own, and the reports by which they hear of requests. */
export class Fronts {
  readonly #fronts: readonly Front[];
  readonly #byReport: boolean;
  readonly #shared: boolean;
  /** Texts of the keys that were used, so that each is written once. */
  readonly #keys: (string | undefined)[];
  #news: News[] = [];

  /**
   * @param surroundings of each balancer, with streams of its own
   * @throws WrongUse when there is no such policy, or none for so many backends
   */
  constructor(model: Model, policy: string, surroundings: (balancer: number) => FrontSurroundings) {
    const { count, hearsEvery, shared } = model.balancers;
    const makePolicy = policyMaker(policy, model);
    this.#fronts = Array.from(
      { length: count },
      (_, balancer) => new Front(model, makePolicy(), surroundings(balancer)),
    );
    this.#byReport = hearsEvery !== undefined;
    this.#shared = shared;
    this.#keys = Array.from({ length: keyCountOf(model.keys) });
  }

  get count(): number {
    return this.#fronts.length;
  }

  /**
   * Index of the backend for one request, or `NOBODY`.
   *
   * @param tried a backend that has refused it; `NOBODY` for none
   */
  pick(balancer: number, now: number, key: number, tried: number): number {
    this.#keys[key] ??= `user-${key}`;
    return this.#at(balancer).pick(now, this.#keys[key], tried);
  }

  /** A balancer's checks have found out whether a backend is fit. */
  allow(balancer: number, ...what: Parameters<Front["allow"]>): void {
    this.#at(balancer).allow(...what);
  }

  /** A check by a balancer has passed. */
  passed(balancer: number, ...what: Parameters<Front["passed"]>): void {
    this.#at(balancer).passed(...what);
  }

  /** The time of an ejection by a balancer is up. */
  readmit(balancer: number, now: number): void {
    this.#at(balancer).readmit(now);
  }

  /** A request was sent to a backend. */
  started(balancer: number, backend: number, now: number): void {
    if (this.#byReport) this.#news.push({ balancer, backend, began: true });
    else this.#at(balancer).started(backend, now);
  }

  /** A backend has answered, or failed to; who asked it knows at once. */
  observed(balancer: number, ...what: Parameters<Front["observed"]>): void {
    this.#at(balancer).observed(...what);
  }

  /** Nothing of a request is left on its backend. */
  ended(balancer: number, backend: number, now: number): void {
    if (this.#byReport) this.#news.push({ balancer, backend, began: false });
    else this.#at(balancer).ended(backend, now);
  }

  /** Every balancer hears which requests began and ended since the last report. */
  report(now: number): void {
    for (const { balancer, backend, began } of this.#news) {
      const hearing = this.#shared ? this.#fronts : [this.#at(balancer)];
      for (const front of hearing) {
        if (began) front.started(backend, now);
        else front.ended(backend, now);
      }
    }
    this.#news = [];
  }

  /** What befalls a backend, as far as balancers are told. */
  change(backend: number, condition: Condition, now: number): void {
    if (condition.kind !== "withdrawn" && condition.kind !== "admitted") return;
    for (const front of this.#fronts) front.allow(backend, condition.kind === "admitted", now);
  }

  #at(balancer: number): Front {
    // Drawn below the count of balancers.
    return this.#fronts[balancer] as Front;
  }
}
