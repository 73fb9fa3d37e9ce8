import { murmur3, SEED } from "./hash.ts";
import { IndexedHeap } from "./indexed-heap.ts";
import { weightOf } from "./members.ts";
import type { Candidate, Division } from "./policy.ts";
import { slowStartFactor, type SlowStartOptions } from "./slow-start.ts";

/** Shares are reckoned anew that often in a window, and at least every `REVIEW_MS`. */
const REVIEWS = 200;
const REVIEW_MS = 250;
/** Requests that may be saved up: a policy that draws at random offers them unevenly. */
const CREDIT_MAXIMUM = 32;
/** At least one request in that time, if the whole share is as much. */
const LEAST_EVERY_MS = 1_000;

interface Ramp {
  slot: number;
  readonly weight: number;
  readonly beganAt: number;
  factor: number;
  /** Requests that it is due. */
  credit: number;
  /** Pick up to which `credit` is reckoned. */
  creditedAt: number;
  /** When it got its last request, as time and as pick. */
  lastAt: number;
  lastPick: number;
  /** Whether it may be picked. */
  open: boolean;
}

/** What the ramps need of who owns them. */
export interface RampOwner<C> {
  /** Weight of those who may be picked and have no ramp. */
  readonly steadyWeight: () => number;
  /** One may be picked from now on, or may not. */
  readonly opened: (member: C, open: boolean) => void;
  /** A ramp is over: its window is, not because the member went. */
  readonly ended: (member: C, tookMs: number) => void;
}

/**
 * The members in their slow start. Nobody here orders anything: a member is shown to the policy or
 * hidden from it, so that it works with every policy.
 *
 * With policies that give everybody a share, a member is due a part of each pick, which grows with
 * its age; it is shown while whole requests are due. So its share is that of the curve even where
 * the policy would always prefer the empty newcomer. With policies by key, a key is shown to it once
 * the curve has passed the key's own threshold, so that each key moves once and stays.
 */
export class Ramps<C extends Candidate> {
  readonly #options: SlowStartOptions;
  readonly #division: Division;
  readonly #owner: RampOwner<C>;
  readonly #ramps = new Map<C, Ramp>();
  /** Members that are hidden, by the pick at which a request is due. */
  #due = new IndexedHeap(0);
  #bySlot: C[] = [];
  #reviewAt = Number.NEGATIVE_INFINITY;
  #total = 1;
  #picks = 0;

  constructor(options: SlowStartOptions, division: Division, owner: RampOwner<C>) {
    this.#options = options;
    this.#division = division;
    this.#owner = owner;
  }

  get size(): number {
    return this.#ramps.size;
  }

  has(member: C): boolean {
    return this.#ramps.has(member);
  }

  /** Weight of a member as this division counts it. */
  weightOf(member: C): number {
    return this.#division === "weight" ? weightOf(member) : 1;
  }

  /** When a member's ramp began, in monotonic milliseconds; undefined when it has none. */
  beganAt(member: C): number | undefined {
    return this.#ramps.get(member)?.beganAt;
  }

  /**
   * A member is in its slow start. Its first request is due at once.
   *
   * @param beganAt before now when the ramp is taken over from a former membership
   */
  begin(member: C, now: number, beganAt: number): void {
    this.#ramps.set(member, {
      slot: 0,
      weight: this.weightOf(member),
      beganAt,
      factor: slowStartFactor(this.#options, now - beganAt),
      credit: 1,
      creditedAt: this.#picks,
      lastAt: now,
      lastPick: this.#picks,
      open: true,
    });
    this.#reslot();
    this.#reviewAt = Number.NEGATIVE_INFINITY;
  }

  /** A member went; false when it had no ramp. */
  stop(member: C): boolean {
    if (!this.#ramps.delete(member)) return false;
    this.#reslot();
    this.#reviewAt = Number.NEGATIVE_INFINITY;
    return true;
  }

  /** One more pick is about to be made: shows whoever is due a request by now. */
  prepare(now: number): void {
    if (this.#division === "key" || this.#division === "order") {
      if (now >= this.#reviewAt) this.#endThoseOver(now);
      return;
    }
    // Before this pick counts: what it brings is due by the shares of now.
    if (now >= this.#reviewAt) this.#review(now);
    this.#picks += 1;
    for (let slot = this.#due.top; slot >= 0; slot = this.#due.top) {
      if (this.#due.first(slot) > this.#picks) break;
      const member = this.#bySlot[slot]!;
      const ramp = this.#ramps.get(member)!;
      this.#credit(ramp);
      // What is missing by rounding is not worth another round.
      ramp.credit = Math.max(1, ramp.credit);
      this.#show(member, ramp);
    }
  }

  /** Whether a member may be picked; everybody without a ramp may. */
  admits(member: C, now: number, key: string | undefined, random: () => number): boolean {
    const ramp = this.#ramps.get(member);
    if (ramp === undefined) return true;
    switch (this.#division) {
      case "equal":
      case "weight":
        return ramp.open;
      case "order":
        return random() < slowStartFactor(this.#options, now - ramp.beganAt);
      case "key": {
        const threshold = key === undefined ? random() : murmur3(key, SEED.slowStart) / 2 ** 32;
        return threshold < slowStartFactor(this.#options, now - ramp.beganAt);
      }
    }
  }

  /** A member was picked. */
  taken(member: C, now: number): void {
    const ramp = this.#ramps.get(member);
    if (ramp === undefined) return;
    ramp.lastAt = now;
    ramp.lastPick = this.#picks;
    this.#credit(ramp);
    ramp.credit -= 1;
    if (ramp.credit < 1) this.#hide(member, ramp);
  }

  /** Nobody else may be picked: a slow start must not refuse a request. */
  showAll(): void {
    for (const [member, ramp] of this.#ramps) {
      ramp.credit = Math.max(1, ramp.credit);
      if (!ramp.open) this.#show(member, ramp);
    }
  }

  #credit(ramp: Ramp): void {
    const share = (ramp.weight * ramp.factor) / this.#total;
    const credit = ramp.credit + (this.#picks - ramp.creditedAt) * share;
    ramp.credit = Math.min(CREDIT_MAXIMUM, credit);
    ramp.creditedAt = this.#picks;
  }

  #show(member: C, ramp: Ramp): void {
    this.#due.remove(ramp.slot);
    ramp.open = true;
    this.#owner.opened(member, true);
  }

  #hide(member: C, ramp: Ramp): void {
    if (this.#division === "key" || this.#division === "order") return;
    if (ramp.open) this.#owner.opened(member, false);
    ramp.open = false;
    const share = (ramp.weight * ramp.factor) / this.#total;
    this.#due.set(ramp.slot, this.#picks + (1 - ramp.credit) / share, ramp.slot);
  }

  #review(now: number): void {
    const step = Math.min(this.#options.windowMs / REVIEWS, REVIEW_MS);
    this.#reviewAt = now + step;
    for (const ramp of this.#ramps.values()) this.#credit(ramp);
    this.#endThoseOver(now);
    let wholeWeight = this.#owner.steadyWeight();
    this.#total = wholeWeight;
    for (const ramp of this.#ramps.values()) {
      // The middle of the step that begins now stands for all of it.
      ramp.factor = slowStartFactor(this.#options, now + step / 2 - ramp.beganAt);
      this.#total += ramp.weight * ramp.factor;
      wholeWeight += ramp.weight;
    }
    for (const [member, ramp] of this.#ramps) {
      if (ramp.open) continue;
      // With the pick that is about to be made.
      const picks = this.#picks + 1 - ramp.lastPick;
      const wholeShare = (picks * ramp.weight) / wholeWeight;
      if (now - ramp.lastAt < LEAST_EVERY_MS || wholeShare < 1) this.#hide(member, ramp);
      else {
        ramp.credit = Math.max(1, ramp.credit);
        this.#show(member, ramp);
      }
    }
  }

  #endThoseOver(now: number): void {
    this.#reviewAt = now + Math.min(this.#options.windowMs / REVIEWS, REVIEW_MS);
    const over = [...this.#ramps].filter(
      ([, ramp]) => now - ramp.beganAt >= this.#options.windowMs,
    );
    for (const [member, ramp] of over) {
      this.#ramps.delete(member);
      if (!ramp.open) this.#owner.opened(member, true);
      this.#owner.ended(member, now - ramp.beganAt);
    }
    if (over.length > 0) this.#reslot();
  }

  /** Numbers the members anew: slots of the heap are those of the ramps that there are. */
  #reslot(): void {
    this.#bySlot = [...this.#ramps.keys()];
    this.#due = new IndexedHeap(this.#bySlot.length);
    this.#bySlot.forEach((member, slot) => {
      const ramp = this.#ramps.get(member)!;
      ramp.slot = slot;
      if (!ramp.open) this.#hide(member, ramp);
    });
  }
}
