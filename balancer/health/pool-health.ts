import type { HealthState } from "../upstream/backend.ts";
import { isPass, speaksForItself, type CheckResult } from "./check-result.ts";
import {
  afterHealthEvent,
  initialHealth,
  isDue,
  type BackendHealth,
  type HealthEvent,
  type Thresholds,
} from "./health-state.ts";
import { judge, mayHold, type Evidence, type Hold, type HoldRules } from "./whole-pool-hold.ts";

/**
 * The health of a pool as one immutable value: what each backend's checks have shown, and whether
 * the pool is held. All times are monotonic milliseconds.
 */

/** One backend's part. */
export interface MemberHealth extends Omit<Evidence, "isDown"> {
  readonly health: BackendHealth;
  /** It is due, but what the others do is not known yet: until then at the latest. */
  readonly decideBy: number | null;
}

/** The whole pool. */
export interface PoolHealth {
  readonly members: ReadonlyMap<string, MemberHealth>;
  readonly hold: Hold;
}

/** What the judging of a pool goes by. */
export interface PoolHealthRules extends Thresholds {
  readonly hold: HoldRules;
  /** How long after the begin of a failing streak every other backend has been checked anew. */
  readonly waitMs: number;
}

/** A check that has ended. */
export interface FinishedCheck {
  readonly backend: string;
  readonly result: CheckResult;
  readonly beganAt: number;
  readonly endedAt: number;
}

/** What others are to be told. */
export type HealthEffect =
  | {
      readonly kind: "flip";
      readonly backend: string;
      readonly to: "healthy" | "unhealthy";
      readonly reason: CheckResult;
      readonly consecutive: number;
    }
  | { readonly kind: "held"; readonly backends: readonly string[]; readonly forMs: number }
  | { readonly kind: "released"; readonly because: "passed" | "expired"; readonly heldMs: number };

/** The pool after an event, and what came of it. */
export interface PoolHealthStep {
  readonly pool: PoolHealth;
  readonly effects: readonly HealthEffect[];
}

/** Whether an operator wants the backend used; the others do not count for the hold. */
export type IsEnabled = (backend: string) => boolean;

/** A pool none of whose backends was checked yet. */
export function initialPoolHealth(backends: readonly string[], state: HealthState): PoolHealth {
  const member = newMember(state);
  return { members: new Map(backends.map((id) => [id, member])), hold: { kind: "off" } };
}

/** What changes in the membership of a pool. */
export interface MembershipChange {
  readonly removed: readonly string[];
  /** Each with the health that it begins with; one of the name of a removed one is another one. */
  readonly added: readonly { readonly id: string; readonly health: HealthState }[];
}

/** The pool after a change of its membership. Those that stay, and a hold, are not touched. */
export function withMembers(pool: PoolHealth, { removed, added }: MembershipChange): PoolHealth {
  const members = new Map(pool.members);
  for (const id of removed) members.delete(id);
  for (const { id, health } of added) members.set(id, newMember(health));
  return { ...pool, members };
}

function evidenceOf(member: MemberHealth): Evidence {
  return { ...member, isDown: member.health.state === "unhealthy" };
}

function newMember(state: HealthState): MemberHealth {
  return {
    health: initialHealth(state),
    lastResult: null,
    lastEndedAt: null,
    passBeganAt: null,
    streakBeganAt: null,
    decideBy: null,
  };
}

/** The pool after a check. A check of an unknown backend changes nothing. */
export function afterCheck(
  pool: PoolHealth,
  check: FinishedCheck,
  rules: PoolHealthRules,
  enabled: IsEnabled,
): PoolHealthStep {
  const before = pool.members.get(check.backend);
  if (before === undefined) return { pool, effects: [] };
  const draft = new Draft(pool, rules, enabled, check.endedAt);
  const ended = { lastResult: check.result, lastEndedAt: check.endedAt };
  if (isPass(check.result)) {
    const passed = { ...ended, passBeganAt: check.beganAt, streakBeganAt: null, decideBy: null };
    draft.apply(check.backend, { kind: "passed" }, passed);
    if (enabled(check.backend)) draft.release();
  } else {
    const streakBeganAt = before.streakBeganAt ?? check.beganAt;
    draft.apply(check.backend, { kind: "failed", withheld: true }, { ...ended, streakBeganAt });
    draft.decide(check.backend);
  }
  // What this check showed may be what the decision on another one waited for.
  for (const [id, member] of pool.members) {
    if (id !== check.backend && member.decideBy !== null) draft.decide(id);
  }
  return draft.result();
}

/** The pool when time has passed: the end of a hold, or of waiting for what the others do. */
export function afterTime(
  pool: PoolHealth,
  now: number,
  rules: PoolHealthRules,
  enabled: IsEnabled,
): PoolHealthStep {
  const draft = new Draft(pool, rules, enabled, now);
  if (pool.hold.kind === "held" && now >= pool.hold.until) draft.expire(pool.hold);
  for (const [id, member] of pool.members) {
    if (member.decideBy !== null && now >= member.decideBy) draft.decide(id);
  }
  return draft.result();
}

/** When `afterTime` is next due; null for never. */
export function wakeAt(pool: PoolHealth): number | null {
  const times = [...pool.members.values()].flatMap(({ decideBy }) => decideBy ?? []);
  if (pool.hold.kind === "held") times.push(pool.hold.until);
  return times.length === 0 ? null : Math.min(...times);
}

/** The next value of a pool while it is made; nobody sees it before `result`. */
class Draft {
  readonly #members: Map<string, MemberHealth>;
  readonly #effects: HealthEffect[] = [];
  readonly #rules: PoolHealthRules;
  readonly #enabled: IsEnabled;
  readonly #now: number;
  #hold: Hold;

  constructor(pool: PoolHealth, rules: PoolHealthRules, enabled: IsEnabled, now: number) {
    this.#members = new Map(pool.members);
    this.#hold = pool.hold;
    this.#rules = rules;
    this.#enabled = enabled;
    this.#now = now;
  }

  result(): PoolHealthStep {
    return { pool: { members: this.#members, hold: this.#hold }, effects: this.#effects };
  }

  apply(id: string, event: HealthEvent, change: Partial<MemberHealth>): void {
    const before = this.#members.get(id);
    if (before === undefined) return;
    const { health, flip } = afterHealthEvent(before.health, event, this.#rules);
    const after = { ...before, ...change, health };
    this.#members.set(id, after);
    if (flip === null || after.lastResult === null) return;
    const consecutive = flip === "healthy" ? health.passes : health.failures;
    this.#effects.push({
      kind: "flip",
      backend: id,
      to: flip,
      reason: after.lastResult,
      consecutive,
    });
  }

  decide(id: string): void {
    const suspect = this.#members.get(id);
    if (suspect === undefined || !isDue(suspect.health, this.#rules)) return;
    const decision = this.#decisionOn(id, suspect);
    const decideBy = (suspect.streakBeganAt ?? this.#now) + this.#rules.waitMs;
    if (decision === "hold") {
      this.#beginHold();
    } else if (decision === "wait" && this.#now < decideBy) {
      this.#members.set(id, { ...suspect, decideBy });
    } else {
      this.apply(id, { kind: "convicted" }, { decideBy: null });
    }
  }

  #decisionOn(id: string, suspect: MemberHealth): "eject" | "hold" | "wait" {
    // Before the first verdict there is no state that a hold could keep.
    const holdable =
      mayHold(this.#rules.hold, this.#members.size) &&
      this.#hold.kind !== "spent" &&
      suspect.health.state === "healthy";
    if (!holdable) return "eject";
    if (this.#hold.kind === "held" && suspect.lastResult !== null) {
      return speaksForItself(suspect.lastResult) ? "eject" : "hold";
    }
    const others = [...this.#members]
      .filter(([other]) => other !== id && this.#enabled(other))
      .map(([, member]) => evidenceOf(member));
    return judge(evidenceOf(suspect), others);
  }

  #beginHold(): void {
    if (this.#hold.kind === "held") return;
    const { durationMs } = this.#rules.hold;
    this.#hold = { kind: "held", since: this.#now, until: this.#now + durationMs };
    const failing = [...this.#members].filter(([, member]) => member.streakBeganAt !== null);
    for (const [id, member] of this.#members) this.#members.set(id, { ...member, decideBy: null });
    this.#effects.push({ kind: "held", backends: failing.map(([id]) => id), forMs: durationMs });
  }

  /** A check passed. Those still failing are judged again at their next failure, not before. */
  release(): void {
    if (this.#hold.kind === "held") this.#released("passed", this.#hold.since);
    this.#hold = { kind: "off" };
  }

  expire(hold: Extract<Hold, { kind: "held" }>): void {
    this.#released("expired", hold.since);
    this.#hold = { kind: "spent" };
    for (const id of this.#members.keys()) this.apply(id, { kind: "convicted" }, {});
  }

  #released(because: "passed" | "expired", since: number): void {
    this.#effects.push({ kind: "released", because, heldMs: this.#now - since });
  }
}
