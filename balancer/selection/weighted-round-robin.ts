import { carried, Members, numbersOf } from "./members.ts";
import type { Candidate, PickContext, Policy } from "./policy.ts";
import { TurnsByDeadline } from "./turns-by-deadline.ts";

/** From here on looking at everybody costs more than keeping deadlines. */
const SMOOTH_MAXIMUM = 64;
/** Turns that are played ahead at most to begin at a random one. */
const AHEAD_MAXIMUM = 4_096;

/**
 * Takes turns by weight, as evenly spread as can be: 5, 1, 1 gives a a b a c a a. Up to 64
 * candidates the sequence is nginx's; beyond, turns are kept by deadline, which gives everybody the
 * same number of turns a cycle in another order.
 *
 * @see nginx, ngx_http_upstream_round_robin.c, "smooth weighted round robin"
 */
export class WeightedRoundRobin implements Policy {
  readonly division = "weight";
  readonly #members = new Members();
  readonly #byDeadline = new TurnsByDeadline();
  #weights = new Float64Array(0);
  /** How much each is owed; all of them together are 0. */
  #owed = new Float64Array(0);
  #begun = false;
  #many = false;

  update(candidates: readonly Candidate[]): void {
    this.#many = candidates.length > SMOOTH_MAXIMUM;
    const few = this.#many ? [] : candidates;
    this.#owed = carried(this.#owed, this.#members.replace(few), () => 0);
    this.#weights = numbersOf(few);
    this.#byDeadline.update(this.#many ? candidates : []);
  }

  pick(context: PickContext): Candidate | undefined {
    if (this.#many) return this.#byDeadline.pick(context);
    if (!this.#begun && this.#members.count > 0) this.#begin(context.random);
    return this.#next(context.allowed);
  }

  #next(allowed: (candidate: Candidate) => boolean): Candidate | undefined {
    const { list } = this.#members;
    let best = -1;
    let total = 0;
    for (let slot = 0; slot < list.length; slot += 1) {
      if (!allowed(list[slot]!)) continue;
      total += this.#weights[slot]!;
      this.#owed[slot]! += this.#weights[slot]!;
      if (best < 0 || this.#owed[slot]! > this.#owed[best]!) best = slot;
    }
    if (best < 0) return undefined;
    this.#owed[best]! -= total;
    return list[best];
  }

  /** Plays a random number of turns, so that fresh instances do not all begin with the same one. */
  #begin(random: () => number): void {
    this.#begun = true;
    const cycle = this.#weights.reduce((sum, weight) => sum + weight, 0);
    const ahead = Math.floor(random() * Math.min(cycle, AHEAD_MAXIMUM));
    for (let turn = 0; turn < ahead; turn += 1) this.#next(() => true);
  }
}
