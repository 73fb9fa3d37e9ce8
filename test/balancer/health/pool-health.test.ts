import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CheckResult } from "../../../balancer/health/check-result.ts";
import {
  afterCheck,
  afterTime,
  initialPoolHealth,
  wakeAt,
  type HealthEffect,
  type PoolHealth,
  type PoolHealthRules,
} from "../../../balancer/health/pool-health.ts";

const INTERVAL = 1_000;
const TOOK = 100;

function rulesOf(fall: number, hold: Partial<PoolHealthRules["hold"]> = {}): PoolHealthRules {
  return {
    rise: 2,
    fall,
    hold: { enabled: true, durationMs: 10_000, minimumBackends: 3, ...hold },
    waitMs: INTERVAL + TOOK,
  };
}

/** A pool whose state a test plays forward; the log has one short line an effect. */
class Play {
  readonly log: string[] = [];
  pool: PoolHealth;
  now = 0;
  readonly #rules: PoolHealthRules;
  readonly #disabled: readonly string[];

  constructor(
    rules: PoolHealthRules,
    backends = ["a", "b", "c"],
    start: "pending" | "healthy" = "healthy",
    disabled: readonly string[] = [],
  ) {
    this.#rules = rules;
    this.#disabled = disabled;
    this.pool = initialPoolHealth(backends, start);
  }

  readonly #enabled = (id: string): boolean => !this.#disabled.includes(id);

  /** A check that begins at `at` and takes a tenth of a second. */
  check(backend: string, result: CheckResult, at: number): this {
    this.wait(at + TOOK);
    const finished = { backend, result, beganAt: at, endedAt: at + TOOK };
    return this.#take(afterCheck(this.pool, finished, this.#rules, this.#enabled));
  }

  /** Lets time pass as the checker does: it wakes when the pool says so. */
  wait(until: number): this {
    for (let at = wakeAt(this.pool); at !== null && at <= until; at = wakeAt(this.pool)) {
      this.now = at;
      this.#take(afterTime(this.pool, at, this.#rules, this.#enabled));
    }
    this.now = until;
    return this;
  }

  /** Everybody checked once, a tenth of the interval apart. */
  round(number: number, results: Readonly<Record<string, CheckResult>>): this {
    Object.entries(results).forEach(([backend, result], index) => {
      this.check(backend, result, number * INTERVAL + index * TOOK);
    });
    return this;
  }

  state(backend: string): string | undefined {
    return this.pool.members.get(backend)?.health.state;
  }

  #take(step: { pool: PoolHealth; effects: readonly HealthEffect[] }): this {
    this.pool = step.pool;
    for (const effect of step.effects) {
      if (effect.kind === "flip")
        this.log.push(`${effect.backend} ${effect.to} (${effect.reason})`);
      if (effect.kind === "held") this.log.push(`held ${effect.backends.join("+")}`);
      if (effect.kind === "released") this.log.push(`released (${effect.because})`);
    }
    return this;
  }
}

const all = (result: CheckResult) => ({ a: result, b: result, c: result });

describe.each([1, 3])("with a threshold of %i", (fall) => {
  const rounds = (play: Play, results: Readonly<Record<string, CheckResult>>, from = 1) => {
    for (let round = from; round < from + fall + 1; round++) play.round(round, results);
    return play;
  };

  test("one of three that is silent is ejected", () => {
    const play = new Play(rulesOf(fall)).round(0, all("pass"));
    rounds(play, { a: "timeout", b: "pass", c: "pass" });
    expect(play.log).toEqual(["a unhealthy (timeout)"]);
  });

  test("two of three that are silent are ejected while one passes", () => {
    const play = new Play(rulesOf(fall)).round(0, all("pass"));
    rounds(play, { a: "timeout", b: "status", c: "pass" });
    expect(play.log.toSorted()).toEqual(["a unhealthy (timeout)", "b unhealthy (status)"]);
  });

  test.each<CheckResult>(["timeout", "status"])(
    "three of three that fail by %s are held",
    (result) => {
      const play = new Play(rulesOf(fall)).round(0, all("pass"));
      rounds(play, all(result));
      expect(play.log).toEqual(["held a+b+c"]);
      expect(["a", "b", "c"].map((id) => play.state(id))).toEqual([
        "healthy",
        "healthy",
        "healthy",
      ]);
    },
  );

  test("three of three that refuse are ejected", () => {
    const play = new Play(rulesOf(fall)).round(0, all("pass"));
    rounds(play, all("refused"));
    expect(play.log).toEqual([
      "a unhealthy (refused)",
      "b unhealthy (refused)",
      "c unhealthy (refused)",
    ]);
  });

  test("one that refuses is ejected while the two silent ones are held", () => {
    const play = new Play(rulesOf(fall)).round(0, all("pass"));
    rounds(play, { a: "refused", b: "timeout", c: "timeout" });
    expect(play.log.filter((line) => line.includes("unhealthy"))).toEqual([
      "a unhealthy (refused)",
    ]);
    expect(play.log.filter((line) => line.startsWith("held"))).toHaveLength(1);
  });

  test("a held pool in which one begins to refuse ejects that one", () => {
    const play = new Play(rulesOf(fall)).round(0, all("pass"));
    rounds(play, all("timeout"));
    play.check("b", "refused", 10 * INTERVAL);
    expect(play.log).toEqual(["held a+b+c", "b unhealthy (refused)"]);
  });

  test("a pass ends the hold, and those that recover with it are never ejected", () => {
    const play = new Play(rulesOf(fall)).round(0, all("pass"));
    rounds(play, all("timeout"));
    play.round(6, all("pass"));
    expect(play.log).toEqual(["held a+b+c", "released (passed)"]);
  });

  test("after the hold one that still fails is ejected at its next failure", () => {
    const play = new Play(rulesOf(fall)).round(0, all("pass"));
    rounds(play, all("timeout"));
    play.check("a", "pass", 6_000);
    expect(play.state("b")).toBe("healthy");
    play.check("b", "timeout", 6_200);
    expect(play.log).toEqual(["held a+b+c", "released (passed)", "b unhealthy (timeout)"]);
  });

  test("when the time of the hold is up all that fail are ejected, once", () => {
    const play = new Play(rulesOf(fall)).round(0, all("pass"));
    rounds(play, all("timeout"));
    for (let round = 6; round < 30; round++) play.round(round, all("timeout"));
    expect(play.log).toEqual([
      "held a+b+c",
      "released (expired)",
      "a unhealthy (timeout)",
      "b unhealthy (timeout)",
      "c unhealthy (timeout)",
    ]);
  });

  test("a pool that was held to the end can be held again after it was well", () => {
    const play = new Play(rulesOf(fall, { durationMs: 2_000 })).round(0, all("pass"));
    for (let round = 1; round < 12; round++) play.round(round, all("timeout"));
    for (let round = 12; round < 15; round++) play.round(round, all("pass"));
    for (let round = 15; round < 19; round++) play.round(round, all("timeout"));
    expect(play.log.filter((line) => line.startsWith("held"))).toHaveLength(2);
  });

  test.each([
    ["with the hold switched off", rulesOf(fall, { enabled: false }), ["a", "b", "c"]],
    ["of two backends", rulesOf(fall), ["a", "b"]],
  ])("a pool %s loses everybody", (_, rules, backends) => {
    const play = new Play(rules, backends);
    const silent = Object.fromEntries(backends.map((id) => [id, "timeout" as const]));
    rounds(play, silent);
    expect(play.log).toEqual(backends.map((id) => `${id} unhealthy (timeout)`));
  });
});

describe("waiting for what the others do", () => {
  test("a silent backend is ejected as soon as another one passes a check that began later", () => {
    const play = new Play(rulesOf(1)).round(0, all("pass"));
    play.check("a", "timeout", 1_000);
    expect(play.log).toEqual([]);
    play.check("b", "pass", 1_050);
    expect(play.log).toEqual(["a unhealthy (timeout)"]);
  });

  test("a check that began before the failures does not speak against the backend", () => {
    const play = new Play(rulesOf(1)).round(0, all("pass"));
    play.check("a", "timeout", 1_000).check("b", "pass", 999);
    expect(play.log).toEqual([]);
  });

  test("nothing heard of the others within an interval means ejected, neither earlier nor later", () => {
    const play = new Play(rulesOf(1)).round(0, all("pass"));
    play.check("a", "timeout", 1_000);
    play.wait(1_000 + INTERVAL + TOOK - 1);
    expect(play.log).toEqual([]);
    play.wait(1_000 + INTERVAL + TOOK);
    expect(play.log).toEqual(["a unhealthy (timeout)"]);
  });

  test("a backend that passes while it waits is left alone", () => {
    const play = new Play(rulesOf(1)).round(0, all("pass"));
    play.check("a", "timeout", 1_000).check("a", "pass", 1_200).wait(9_000);
    expect(play.log).toEqual([]);
    expect(wakeAt(play.pool)).toBeNull();
  });
});

test("backends that never passed are judged alone: there is no state to keep", () => {
  const play = new Play(rulesOf(1), ["a", "b", "c"], "pending").round(0, all("timeout"));
  expect(play.log).toEqual([
    "a unhealthy (timeout)",
    "b unhealthy (timeout)",
    "c unhealthy (timeout)",
  ]);
});

test("a disabled backend neither hinders a hold nor ends it", () => {
  const play = new Play(rulesOf(1), ["a", "b", "c"], "healthy", ["c"]);
  play.round(0, { a: "timeout", b: "timeout", c: "pass" }).check("c", "pass", 900);
  expect(play.log).toEqual(["held a+b"]);
});

test("a check of a backend that is not there changes nothing", () => {
  const play = new Play(rulesOf(1));
  const before = play.pool;
  expect(play.check("z", "timeout", 0).pool).toBe(before);
});

describe("whatever happens,", () => {
  const backends = ["a", "b", "c", "d"];
  const result = fc.constantFrom<CheckResult>("pass", "refused", "timeout", "status", "reset");
  const scenario = fc.record({
    fall: fc.integer({ min: 1, max: 3 }),
    durationMs: fc.constantFrom(0, 1_500, 10_000),
    checks: fc.array(fc.record({ backend: fc.constantFrom(...backends), result }), {
      maxLength: 60,
    }),
  });

  test("a pool is never emptied by silence and wrong answers before a hold has run out", () => {
    const silent = fc.record({
      fall: fc.integer({ min: 1, max: 3 }),
      results: fc.array(
        fc.tuple(
          ...backends.map(() => fc.constantFrom<CheckResult>("timeout", "status", "invalid")),
        ),
        { minLength: 1, maxLength: 8 },
      ),
    });
    fc.assert(
      fc.property(silent, ({ fall, results }) => {
        const play = new Play(rulesOf(fall, { durationMs: 1e9 }), backends);
        results.forEach((round, number) => {
          const named = Object.fromEntries(
            backends.map((id, index) => [id, round[index] ?? "timeout"]),
          );
          play.round(number, named);
        });
        expect(play.log.filter((line) => line.includes("unhealthy"))).toEqual([]);
      }),
    );
  });

  test("flips alternate, holds and releases alternate, and a refusing backend falls on time", () => {
    fc.assert(
      fc.property(scenario, ({ fall, durationMs, checks }) => {
        const play = new Play(rulesOf(fall, { durationMs }), backends);
        const failures = new Map<string, number>();
        checks.forEach(({ backend, result: outcome }, index) => {
          play.check(backend, outcome, index * 250);
          const count = outcome === "pass" ? 0 : (failures.get(backend) ?? 0) + 1;
          failures.set(backend, count);
          const gone = outcome === "refused" || outcome === "reset";
          if (gone && count >= fall) expect(play.state(backend)).toBe("unhealthy");
        });
        for (const id of backends) {
          const flips = play.log.filter((line) => line.startsWith(`${id} `));
          flips.forEach((line, index) => {
            expect(line.includes("unhealthy")).toBe(index % 2 === 0);
          });
        }
        const holds = play.log.filter((line) => /^(held|released)/.test(line));
        holds.forEach((line, index) => {
          expect(line.startsWith("held")).toBe(index % 2 === 0);
        });
      }),
    );
  });

  test("nothing is left to wake for once everybody passes", () => {
    fc.assert(
      fc.property(scenario, ({ fall, durationMs, checks }) => {
        const play = new Play(rulesOf(fall, { durationMs }), backends);
        checks.forEach(({ backend, result: outcome }, index) => {
          play.check(backend, outcome, index * 250);
        });
        for (let round = 100; round < 103; round++) {
          play.round(round, { a: "pass", b: "pass", c: "pass", d: "pass" });
        }
        expect(wakeAt(play.pool)).toBeNull();
        expect(play.pool.hold.kind).toBe("off");
        expect(backends.map((id) => play.state(id))).toEqual(backends.map(() => "healthy"));
      }),
    );
  });
});
