import type { HealthCheckConfig } from "../config.ts";
import type { EventSink } from "../telemetry/event.ts";
import type { Backend } from "../upstream/backend.ts";
import type { Pool } from "../upstream/pool.ts";
import { runCheck } from "./active-check.ts";
import { BackendChecks, type CheckedPool, type RunCheck } from "./backend-checks.ts";
import type { CheckResult } from "./check-result.ts";
import { paceOf } from "./health-state.ts";
import {
  afterCheck,
  afterTime,
  initialPoolHealth,
  wakeAt,
  withMembers,
  type HealthEffect,
  type PoolHealth,
  type PoolHealthRules,
  type PoolHealthStep,
} from "./pool-health.ts";
import { CheckRhythm, nextCheckAt, placeBetween, placeOf } from "./schedule.ts";

/** What a checker works with. */
export interface CheckerDependencies {
  readonly emit: EventSink;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Makes one check. @default runCheck, over the network */
  readonly check?: RunCheck;
}

/** How the last check of a backend ended, for people. */
export interface LastCheck {
  readonly result: CheckResult;
  /** Results of that kind, pass or failure, in a row. */
  readonly consecutive: number;
  /** How long ago it ended. */
  readonly agoMs: number;
}

/** Results arrive a little after their time-out: that long is granted to them. */
const LATE_RESULT_MS = 50;

/** Checks the backends of one pool and keeps their `health` current. */
export class PoolChecker {
  readonly #pool: Pool;
  readonly #dependencies: Required<CheckerDependencies>;
  readonly #checks = new Map<Backend, BackendChecks>();
  #config: HealthCheckConfig;
  #rules: PoolHealthRules;
  #rhythm: CheckRhythm | null = null;
  #stopped = false;
  #wake: NodeJS.Timeout | undefined;
  #health: PoolHealth = initialPoolHealth([], "pending");

  constructor(pool: Pool, config: HealthCheckConfig, dependencies: CheckerDependencies) {
    this.#pool = pool;
    this.#config = config;
    this.#dependencies = { check: runCheck, ...dependencies };
    this.#rules = rulesOf(pool, config);
  }

  /** Whether everybody keeps the state they had, because the whole pool fails. */
  get held(): boolean {
    return this.#health.hold.kind === "held";
  }

  /** How the last check of a backend ended; undefined before the first one. */
  lastCheck(backend: string): LastCheck | undefined {
    const member = this.#health.members.get(backend);
    if (member === undefined || member.lastResult === null) return undefined;
    return {
      result: member.lastResult,
      consecutive: Math.max(member.health.passes, member.health.failures),
      agoMs: Math.round(this.#dependencies.now() - (member.lastEndedAt ?? 0)),
    };
  }

  /** Begins to check; resolves when every backend was checked once. */
  async start(): Promise<void> {
    this.#rhythm ??= this.#newRhythm();
    await this.#follow();
  }

  /**
   * Goes by another configuration and by the backends that the pool has now. Those that stay keep
   * their health, counters and times; those that left are not checked any more; newcomers are
   * checked at once.
   *
   * Resolves when every newcomer was checked once. Before `start` nothing is checked.
   */
  async update(config: HealthCheckConfig): Promise<void> {
    const before = this.#config;
    this.#config = config;
    this.#rules = rulesOf(this.#pool, config);
    if (this.#rhythm === null || this.#stopped) return;
    if (!isTimedAlike(before, config)) this.#hasten(this.#newRhythm());
    await this.#follow();
  }

  /** Stops checking, also what is under way. The backends keep their health. */
  stop(): void {
    this.#stopped = true;
    for (const checks of this.#checks.values()) checks.end();
    clearTimeout(this.#wake);
  }

  /** A shorter interval begins now, not after the end of a longer one. */
  #hasten(rhythm: CheckRhythm): void {
    this.#rhythm = rhythm;
    const now = this.#dependencies.now();
    for (const checks of this.#checks.values()) {
      checks.advanceTo(rhythm.next(now, checks.place));
    }
  }

  #newRhythm(): CheckRhythm {
    const { now, random } = this.#dependencies;
    return new CheckRhythm(now(), this.#config.interval, this.#config.jitter, random);
  }

  /** Makes the backends of the pool those that are checked; resolves when newcomers were, once. */
  async #follow(): Promise<void> {
    if (this.#stopped) return;
    const { backends } = this.#pool;
    const members = new Set(backends);
    const gone = [...this.#checks.keys()].filter((backend) => !members.has(backend));
    for (const backend of gone) {
      this.#checks.get(backend)?.end();
      this.#checks.delete(backend);
    }
    const fresh = backends.filter((backend) => !this.#checks.has(backend));
    const isFirst = this.#checks.size === 0;
    const begun = fresh.map((backend, position) => {
      const place = isFirst
        ? placeOf(position, fresh.length)
        : placeBetween([...this.#checks.values()].map((checks) => checks.place));
      const checks = new BackendChecks(backend, place, this.#checked);
      this.#checks.set(backend, checks);
      return checks;
    });
    const removed = gone.map(({ id }) => id);
    this.#become({ pool: withMembers(this.#health, { removed, added: fresh }), effects: [] });
    await Promise.all(begun.map((checks) => checks.begin()));
  }

  /** What the checks of each backend see of this. */
  readonly #checked: CheckedPool = {
    config: () => this.#config,
    now: () => this.#dependencies.now(),
    check: (target, check, signal) => this.#dependencies.check(target, check, signal),
    begins: ({ id }) => {
      this.#dependencies.emit("check.begin", { pool: this.#pool.id, backend: id });
    },
    takes: (backend, result, beganAt) => this.#take(backend, result, beganAt),
    nextAt: (checks) => this.#nextAt(checks),
  };

  #nextAt({ backend, count, plannedAt, beganAt, place }: BackendChecks): number {
    const rhythm = (this.#rhythm ??= this.#newRhythm());
    // The first check is made at once, wherever its backend has its place.
    if (count === 1) return rhythm.next(beganAt, place);
    const { interval, jitter } = this.#config;
    const dueMs = this.#intervalOf(backend);
    return dueMs === interval
      ? rhythm.after(plannedAt, beganAt, place)
      : nextCheckAt(beganAt, dueMs, jitter, this.#dependencies.random);
  }

  #intervalOf({ id }: Backend): number {
    const { interval, fastInterval = interval, downInterval = interval } = this.#config;
    const member = this.#health.members.get(id);
    if (member === undefined) return interval;
    const byPace = { steady: interval, turning: fastInterval, down: downInterval };
    return byPace[paceOf(member.health, this.#rules)];
  }

  #take(backend: Backend, result: CheckResult, beganAt: number): void {
    const { emit, now } = this.#dependencies;
    const about = { pool: this.#pool.id, backend: backend.id };
    const endedAt = now();
    this.#pool.softStop.checked(backend, result, beganAt, endedAt);
    const finished = { backend: backend.id, result, beganAt, endedAt };
    const step = afterCheck(this.#health, finished, this.#rules, this.#isEnabled);
    const { passes = 0, failures = 0 } = step.pool.members.get(backend.id)?.health ?? {};
    emit("check.end", {
      ...about,
      result,
      durationMs: rounded(endedAt - beganAt),
      consecutive: Math.max(passes, failures),
    });
    this.#become(step);
    if (result === "pass") this.#pool.checkPassed(backend, beganAt);
  }

  readonly #isEnabled = (id: string): boolean =>
    [...this.#checks.keys()].some(
      (backend) => backend.id === id && backend.administrative === "enabled",
    );

  #become({ pool, effects }: PoolHealthStep): void {
    this.#health = pool;
    for (const backend of this.#checks.keys()) {
      backend.health = pool.members.get(backend.id)?.health.state ?? backend.health;
    }
    for (const effect of effects) this.#tell(effect);
    clearTimeout(this.#wake);
    const at = wakeAt(pool);
    if (at === null) return;
    const { now } = this.#dependencies;
    // A timer may fire a moment early by our clock; it is then simply set again.
    const wake = (): void =>
      this.#become(afterTime(this.#health, now(), this.#rules, this.#isEnabled));
    this.#wake = setTimeout(wake, Math.max(1, Math.ceil(at - now())));
  }

  #tell(effect: HealthEffect): void {
    const { emit } = this.#dependencies;
    const pool = this.#pool.id;
    switch (effect.kind) {
      case "flip": {
        const { backend, reason, consecutive } = effect;
        emit(`backend.${effect.to}`, { pool, backend, reason, consecutive });
        break;
      }
      case "held":
        emit("pool.held", { pool, backends: effect.backends, forMs: effect.forMs });
        break;
      case "released":
        emit("pool.released", { pool, because: effect.because, heldMs: rounded(effect.heldMs) });
        break;
    }
  }
}

function isTimedAlike(one: HealthCheckConfig, other: HealthCheckConfig): boolean {
  return (["interval", "fastInterval", "downInterval", "jitter"] as const).every(
    (field) => one[field] === other[field],
  );
}

function rulesOf({ config: { hold } }: Pool, check: HealthCheckConfig): PoolHealthRules {
  return {
    rise: check.rise,
    fall: check.fall,
    hold: {
      enabled: hold.enabled,
      durationMs: hold.duration,
      minimumBackends: hold.minimumBackends,
    },
    // Those that are down are not waited for: their last word stands until they pass.
    waitMs:
      Math.max(check.interval, check.fastInterval ?? 0) * (1 + check.jitter) +
      check.timeout +
      LATE_RESULT_MS,
  };
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
