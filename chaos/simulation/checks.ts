import {
  afterCheck,
  afterTime,
  CheckRhythm,
  DEFAULTS,
  initialPoolHealth,
  parseDuration,
  placeOf,
  wakeAt,
  type CheckResult,
  type PoolHealth,
  type PoolHealthRules,
  type PoolHealthStep,
} from "../../balancer/index.ts";
import type { CheckAnswer } from "./fleet.ts";
import type { Model } from "./model.ts";

/** What the checks of one balancer work with. */
export interface CheckSurroundings {
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly answerOf: (backend: number) => CheckAnswer;
  /** Has `check`, `checked` or `wake` called at a time. */
  readonly later: (what: "check" | "checked" | "wake", atMs: number, backend: number) => void;
  /** The checks have found a backend fit, or unfit. */
  readonly allow: (backend: number, allowed: boolean) => void;
  /** A check that began then has passed. */
  readonly passed: (backend: number, beganAt: number) => void;
}

type CheckRules = NonNullable<Model["healthCheck"]>;

/** A check that is under way. */
interface Begun {
  readonly result: CheckResult;
  readonly beganAt: number;
}

/** The health checks of one balancer: its own rhythm, thresholds and whole-pool hold. */
export class Checks {
  readonly #timeoutMs: number;
  readonly #rules: PoolHealthRules;
  readonly #size: number;
  readonly #surroundings: CheckSurroundings;
  readonly #rhythm: CheckRhythm;
  readonly #underWay = new Map<number, Begun>();
  /** Like one that runs since long: everybody was found fit. */
  #health: PoolHealth;

  constructor(rules: CheckRules, size: number, surroundings: CheckSurroundings) {
    const { hold } = DEFAULTS;
    this.#timeoutMs = rules.timeout;
    this.#size = size;
    this.#surroundings = surroundings;
    this.#rules = {
      rise: rules.rise,
      fall: rules.fall,
      hold: {
        enabled: hold.enabled,
        // A default is well written.
        durationMs: parseDuration(hold.duration) as number,
        minimumBackends: hold.minimumBackends,
      },
      waitMs: rules.interval * (1 + rules.jitter) + this.#timeoutMs,
    };
    // Begins before the simulation does, so that the first fault meets any moment of a round.
    const beganAt = -rules.interval * surroundings.random();
    this.#rhythm = new CheckRhythm(beganAt, rules.interval, rules.jitter, surroundings.random);
    const ids = Array.from({ length: size }, (_, backend) => String(backend));
    this.#health = initialPoolHealth(ids, "healthy");
  }

  /** Plans the first check of every backend. */
  begin(): void {
    for (let backend = 0; backend < this.#size; backend += 1) {
      const firstAt = this.#rhythm.next(0, placeOf(backend, this.#size));
      this.#surroundings.later("check", firstAt, backend);
    }
  }

  /** A check of a backend begins. */
  check(backend: number): void {
    const { answerOf, later, now } = this.#surroundings;
    const { result, afterMs } = answerOf(backend);
    this.#underWay.set(backend, { result, beganAt: now() });
    if (afterMs === 0) this.checked(backend);
    else later("checked", now() + afterMs, backend);
  }

  /** The check of a backend that is under way ends: one that outlasts its interval delays the next one. */
  checked(backend: number): void {
    const begun = this.#underWay.get(backend);
    if (begun === undefined) return;
    this.#underWay.delete(backend);
    const endedAt = this.#surroundings.now();
    const check = { ...begun, backend: String(backend), endedAt };
    this.#become(afterCheck(this.#health, check, this.#rules, isEnabled));
    if (begun.result === "pass") this.#surroundings.passed(backend, begun.beganAt);
    const nextAt = this.#rhythm.after(begun.beganAt, begun.beganAt, placeOf(backend, this.#size));
    this.#surroundings.later("check", Math.max(nextAt, endedAt), backend);
  }

  /** It is time to decide on what was left open. */
  wake(): void {
    const now = this.#surroundings.now();
    this.#become(afterTime(this.#health, now, this.#rules, isEnabled));
  }

  #become({ pool, effects }: PoolHealthStep): void {
    this.#health = pool;
    for (const effect of effects) {
      if (effect.kind !== "flip") continue;
      this.#surroundings.allow(Number(effect.backend), effect.to === "healthy");
    }
    const at = wakeAt(pool);
    if (at !== null && at > this.#surroundings.now()) this.#surroundings.later("wake", at, 0);
  }
}

function isEnabled(): boolean {
  return true;
}
