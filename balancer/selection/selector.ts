import { HotKeys, type HotKey, type HotKeyOptions } from "./hot-keys.ts";
import type { Candidate, PickContext, Policy, Result } from "./policy.ts";
import { Ramps } from "./ramps.ts";
import type { SlowStartOptions } from "./slow-start.ts";

/** A candidate that may be out of service. */
export interface Selectable extends Candidate {
  /** Whether health and operators let requests go to it. `changed` must be told of each change. */
  readonly pickable: boolean;
}

/** What a selector may be given beside its policy. */
export interface SelectorOptions<C> {
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** No slow start when absent. */
  readonly slowStart?: SlowStartOptions | undefined;
  /** Keys are not counted when absent, nor by policies that use none. */
  readonly hotKeys?: HotKeyOptions | undefined;
  /** Told what no caller can know. */
  readonly told?: ((event: SelectorEvent<C>) => void) | undefined;
}

/** What happens by itself. */
export type SelectorEvent<C> =
  | { readonly kind: "slow-start-begin"; readonly member: C }
  | { readonly kind: "slow-start-end"; readonly member: C; readonly tookMs: number }
  | { readonly kind: "hot-key"; readonly hot: HotKey };

/** One request. */
export interface Wanted {
  /** Monotonic milliseconds. */
  readonly now: number;
  /** What it is hashed by, one byte a character; undefined when it has none. */
  readonly key?: string | undefined;
  /** Ids that may not be picked again for it; null for its first pick, which alone counts its key. */
  readonly excluded?: ReadonlySet<string> | null | undefined;
}

/**
 * A policy with everything that filters around it: who is in service, who was tried already, and
 * slow start. The balancer's pools and the simulator pick through it.
 */
export class Selector<C extends Selectable> {
  readonly #policy: Policy;
  readonly #random: () => number;
  readonly #ramps: Ramps<C> | null;
  readonly #hotKeys: HotKeys | null;
  readonly #told: (event: SelectorEvent<C>) => void;
  /** Those in service, as far as was told. */
  #available = new Set<C>();
  /** Those who were in service before, so that coming back is a slow start. */
  #known = new Set<string>();
  #first = true;
  /** Weight of those in service who have no ramp. */
  #steadyWeight = 0;
  #wanted: Wanted = { now: 0 };
  readonly #context: { -readonly [K in keyof PickContext]: PickContext[K] };
  readonly #allowed: (candidate: Candidate) => boolean;
  readonly #admitted: (candidate: Candidate) => boolean;

  constructor(policy: Policy, options: SelectorOptions<C>) {
    this.#policy = policy;
    this.#random = options.random;
    this.#told = options.told ?? (() => {});
    const { slowStart, hotKeys } = options;
    this.#ramps =
      slowStart === undefined
        ? null
        : new Ramps<C>(slowStart, policy.division, {
            steadyWeight: () => this.#steadyWeight,
            opened: (member, open) => policy.setAvailable?.(member, open),
            ended: (member, tookMs) => this.#rampEnded(member, tookMs),
          });
    this.#hotKeys =
      hotKeys === undefined || policy.division !== "key"
        ? null
        : new HotKeys(hotKeys, (hot) => this.#told({ kind: "hot-key", hot }));
    // The policy was given our members, so whom it asks about is one of them.
    this.#allowed = (candidate) =>
      (candidate as C).pickable && this.#wanted.excluded?.has(candidate.id) !== true;
    // Of weight 0 it stands in for nobody who is only held back by a slow start.
    this.#admitted = (candidate) =>
      candidate.weight > 0 &&
      this.#allowed(candidate) &&
      this.#ramps?.admits(candidate as C, this.#wanted.now, this.#wanted.key, this.#random) !==
        false;
    this.#context = { now: 0, random: this.#random, allowed: this.#allowed, key: undefined };
  }

  /** The key that the last window saw most; null when keys are not counted, and at first. */
  get hottestKey(): HotKey | null {
    return this.#hotKeys?.hottest ?? null;
  }

  /** Whether a member is in its slow start. */
  isRamping(member: C): boolean {
    return this.#ramps?.has(member) ?? false;
  }

  /** When the slow starts that are under way began, by id. */
  rampsBegan(): ReadonlyMap<string, number> {
    const begun = new Map<string, number>();
    for (const member of this.#available) {
      const beganAt = this.#ramps?.beganAt(member);
      if (beganAt !== undefined) begun.set(member.id, beganAt);
    }
    return begun;
  }

  /**
   * Replaces the membership. Who joins later than the first ones has a slow start, as who comes back
   * has; those who stay keep theirs.
   *
   * @param begun when slow starts began elsewhere that go on here, by id
   */
  update(members: readonly C[], now: number, begun?: ReadonlyMap<string, number>): void {
    const stayed = new Set([...this.#available].map(({ id }) => id));
    const ramps = new Map([...this.rampsBegan(), ...(begun ?? [])]);
    for (const member of this.#available) this.#ramps?.stop(member);
    this.#available = new Set();
    this.#steadyWeight = 0;
    this.#policy.update(members);
    for (const member of members) {
      if (!member.pickable) this.#policy.setAvailable?.(member, false);
      else if (ramps.has(member.id)) this.#join(member, now, ramps.get(member.id) ?? now);
      else this.#join(member, now, stayed.has(member.id) || this.#first ? null : now);
    }
    // Of the first ones, whoever comes up has nobody to be slower than.
    this.#known = new Set(
      members.filter((member) => member.pickable || !this.#first).map(({ id }) => id),
    );
    this.#first = false;
  }

  /**
   * Replaces the membership before anybody was picked: who joins is one of the first, although others
   * were told earlier.
   */
  begin(members: readonly C[], now: number): void {
    this.#first = true;
    this.update(members, now);
  }

  /** The member's `pickable` may have changed. */
  changed(member: C, now: number): void {
    if (member.pickable === this.#available.has(member)) return;
    if (member.pickable) {
      const back = this.#known.has(member.id);
      this.#known.add(member.id);
      this.#join(member, now, back ? now : null);
    } else {
      this.#available.delete(member);
      if (this.#ramps?.stop(member) !== true) this.#steadyWeight -= this.#weightOf(member);
      this.#policy.setAvailable?.(member, false);
    }
  }

  /** The member for one request, or undefined when none may take it. */
  pick(wanted: Wanted): C | undefined {
    const { now, key, excluded = null } = wanted;
    const context = this.#context;
    const ramps = this.#ramps;
    this.#wanted = wanted;
    context.now = now;
    context.key = key;
    if (key !== undefined && excluded === null) this.#hotKeys?.count(key, now);
    if (ramps === null || ramps.size === 0) {
      context.allowed = this.#allowed;
      // The policy was given our members, so what it yields is one of them.
      return this.#policy.pick(context) as C | undefined;
    }
    ramps.prepare(now);
    context.allowed = this.#admitted;
    let picked = this.#policy.pick(context) as C | undefined;
    if (picked === undefined) {
      ramps.showAll();
      context.allowed = this.#allowed;
      picked = this.#policy.pick(context) as C | undefined;
    }
    if (picked !== undefined) ramps.taken(picked, now);
    return picked;
  }

  /** A request began on a member: its `inFlight` was raised. */
  started(member: C, now: number): void {
    this.#policy.started?.(member, now);
  }

  /** How a member answers; see `Policy.observed`. */
  observed(member: C, result: Result, latencyMs: number, now: number): void {
    this.#policy.observed?.(member, result, latencyMs, now);
  }

  /** A request ended on a member: its `inFlight` was lowered. */
  ended(member: C, now: number): void {
    this.#policy.ended?.(member, now);
  }

  /** Works on what a changed membership needs; see `Policy.advance`. */
  advance(): boolean {
    return this.#policy.advance?.() ?? false;
  }

  /** @param rampSince when its slow start began, `now` for a new one; null for none */
  #join(member: C, now: number, rampSince: number | null): void {
    this.#available.add(member);
    this.#policy.setAvailable?.(member, true);
    // Of weight 0 it stands in for others, and must be able to.
    if (rampSince !== null && this.#ramps !== null && member.weight > 0) {
      this.#ramps.begin(member, now, rampSince);
      if (rampSince === now) this.#told({ kind: "slow-start-begin", member });
    } else this.#steadyWeight += this.#weightOf(member);
  }

  #rampEnded(member: C, tookMs: number): void {
    this.#steadyWeight += this.#weightOf(member);
    this.#told({ kind: "slow-start-end", member, tookMs });
  }

  #weightOf(member: C): number {
    if (member.weight === 0) return 0;
    return this.#ramps?.weightOf(member) ?? 1;
  }
}
