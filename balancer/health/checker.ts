import type { HealthCheckConfig } from "../config.ts";
import type { EventSink } from "../telemetry/event.ts";
import type { Backend } from "../upstream/backend.ts";
import type { Pool } from "../upstream/pool.ts";
import { runCheck, type CheckTarget } from "./active-check.ts";
import type { CheckResult } from "./check-result.ts";
import {
  afterCheck,
  afterTime,
  initialPoolHealth,
  wakeAt,
  type HealthEffect,
  type PoolHealth,
  type PoolHealthRules,
  type PoolHealthStep,
} from "./pool-health.ts";
import { nextCheckAt, secondCheckAt } from "./schedule.ts";

/** What a checker works with. */
export interface CheckerDependencies {
  readonly emit: EventSink;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Makes one check. @default runCheck, over the network */
  readonly check?: (
    target: CheckTarget,
    check: HealthCheckConfig,
    signal: AbortSignal,
  ) => Promise<CheckResult>;
}

/** How the last check of a backend ended, for people. */
export interface LastCheck {
  readonly result: CheckResult;
  /** Results of that kind, pass or failure, in a row. */
  readonly consecutive: number;
  /** How long ago it ended. */
  readonly agoMs: number;
}

/** How often a backend that has never passed is tried between its checks. */
const KNOCK_EVERY_MS = 50;

/** Results arrive a little after their time-out: that long is granted to them. */
const LATE_RESULT_MS = 50;

/** Checks the backends of one pool and keeps their `health` current. */
export class PoolChecker {
  readonly #pool: Pool;
  readonly #config: HealthCheckConfig;
  readonly #rules: PoolHealthRules;
  readonly #dependencies: Required<CheckerDependencies>;
  readonly #stopped = new AbortController();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #knocks = new Map<string, NodeJS.Timeout>();
  #wake: NodeJS.Timeout | undefined;
  #health: PoolHealth;

  constructor(pool: Pool, config: HealthCheckConfig, dependencies: CheckerDependencies) {
    this.#pool = pool;
    this.#config = config;
    this.#dependencies = { check: runCheck, ...dependencies };
    this.#rules = {
      rise: config.rise,
      fall: config.fall,
      hold: {
        enabled: pool.config.hold.enabled,
        durationMs: pool.config.hold.duration,
        minimumBackends: pool.config.hold.minimumBackends,
      },
      waitMs: config.interval * (1 + config.jitter) + config.timeout + LATE_RESULT_MS,
    };
    const start = { pending: "pending", up: "healthy", down: "unhealthy" } as const;
    this.#health = initialPoolHealth(
      pool.backends.map((backend) => backend.id),
      start[config.initialState],
    );
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
    const { backends } = this.#pool;
    const rounds = backends.map(async (backend, position) => {
      const firstAt = this.#dependencies.now();
      await this.#checkOnce(backend, firstAt);
      this.#knock(backend);
      const { interval } = this.#config;
      this.#checkAt(backend, secondCheckAt(firstAt, interval, position, backends.length));
    });
    await Promise.all(rounds);
  }

  /** Stops checking, also what is under way. The backends keep their health. */
  stop(): void {
    this.#stopped.abort();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const timer of this.#knocks.values()) clearTimeout(timer);
    clearTimeout(this.#wake);
  }

  #checkAt(backend: Backend, at: number): void {
    if (this.#stopped.signal.aborted) return;
    const { now, random } = this.#dependencies;
    const { interval, jitter } = this.#config;
    // Nothing is awaited here: a check that outlasts its interval delays the next one of its backend.
    const begin = async (): Promise<void> => {
      const beganAt = now();
      await this.#checkOnce(backend, beganAt);
      this.#checkAt(backend, nextCheckAt(beganAt, interval, jitter, random));
    };
    const timer = setTimeout(() => void begin(), Math.max(0, at - now()));
    this.#timers.set(backend.id, timer);
  }

  /**
   * Tries a backend that has never passed again and again between its checks, so that a pool is in
   * service as soon as its backends are, not an interval later. Only a pass counts.
   */
  #knock(backend: Backend): void {
    const { now, check } = this.#dependencies;
    const { signal } = this.#stopped;
    if (this.#config.interval <= KNOCK_EVERY_MS || backend.health !== "pending") return;
    const knock = async (): Promise<void> => {
      if (signal.aborted || backend.health !== "pending") return;
      const beganAt = now();
      const result = await check(backend, this.#config, signal);
      if (result === "pass" && backend.health === "pending") this.#take(backend, result, beganAt);
      this.#knock(backend);
    };
    this.#knocks.set(
      backend.id,
      setTimeout(() => void knock(), KNOCK_EVERY_MS),
    );
  }

  async #checkOnce(backend: Backend, beganAt: number): Promise<void> {
    const { emit, check } = this.#dependencies;
    const { signal } = this.#stopped;
    if (signal.aborted) return;
    emit("check.begin", { pool: this.#pool.id, backend: backend.id });
    this.#take(backend, await check(backend, this.#config, signal), beganAt);
  }

  #take(backend: Backend, result: CheckResult, beganAt: number): void {
    const { emit, now } = this.#dependencies;
    if (this.#stopped.signal.aborted) return;
    const about = { pool: this.#pool.id, backend: backend.id };
    const endedAt = now();
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
  }

  readonly #isEnabled = (id: string): boolean =>
    this.#pool.backends.some(
      (backend) => backend.id === id && backend.administrative === "enabled",
    );

  #become({ pool, effects }: PoolHealthStep): void {
    this.#health = pool;
    for (const backend of this.#pool.backends) {
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

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
