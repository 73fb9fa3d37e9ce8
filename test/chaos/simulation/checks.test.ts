import { describe, expect, test } from "vitest";
import { Checks } from "../../../chaos/simulation/checks.ts";
import { parseModel, type ModelInput } from "../../../chaos/simulation/model.ts";
import { simulate } from "../../../chaos/simulation/simulate.ts";
import type { RunResult } from "../../../chaos/simulation/run-result.ts";
import { seededRandom } from "../../../chaos/statistics/random.ts";

/** Four backends that are hardly busy; one of them is gone, or worse, from second 2 to second 8. */
const QUIET: ModelInput = {
  about: "Four quiet backends.",
  arrivals: { kind: "poisson", ratePerSecond: 400 },
  work: { kind: "constant", value: "5ms" },
  backends: [{ count: 4, workers: 8 }],
  duration: "12s",
};
const CHECKED = { interval: "500ms", timeout: "200ms", rise: 2, fall: 2 } as const;
const SEEDS = [1, 2, 3, 4, 5];

const gone: NonNullable<ModelInput["changes"]> = [
  { at: "2s", becomes: { kind: "gone" } },
  { at: "8s", becomes: { kind: "normal" } },
];
const failing = (seenByChecks: boolean): NonNullable<ModelInput["changes"]> => [
  { at: "2s", becomes: { kind: "failing", time: "1ms", seenByChecks } },
  { at: "8s", becomes: { kind: "normal" } },
];

function run(change: Partial<ModelInput>, seed = 1, policy = "round-robin"): RunResult {
  return simulate(parseModel({ ...QUIET, ...change }, "a test's model"), policy, seed);
}

/** Simulated milliseconds of the windows in which anything went to the first backend. */
const windowsAt = ({ windows }: RunResult) =>
  windows.filter(({ toChanged }) => toChanged > 0).map(({ fromMs }) => fromMs);

describe("checks", () => {
  test.each(SEEDS)("find a dead backend within the window that theory gives, seed %i", (seed) => {
    const { failed } = run({ changes: gone, healthCheck: CHECKED }, seed);
    // A quarter of 400 a second is refused from its death to the second failed check: 500 ms to
    // 1,000 ms, each interval up to a tenth longer or shorter, and what was in flight.
    expect(failed.refused).toBeGreaterThan(100 * 0.45 - 5);
    expect(failed.refused).toBeLessThan(100 * 1.1 + 5);
  });

  test("let it back after as many passes as the rise says", () => {
    const result = run({ changes: gone, healthCheck: CHECKED });
    const away = windowsAt(result).filter((from) => from > 3_300 && from < 12_000);
    expect(Math.min(...away)).toBeGreaterThanOrEqual(8_200);
    expect(Math.min(...away)).toBeLessThan(9_400);
  });

  test("do not see errors that are not theirs", () => {
    const { failed } = run({ changes: failing(false), healthCheck: CHECKED });
    expect(failed.errors).toBeGreaterThan(570);
    expect(run({ changes: failing(true), healthCheck: CHECKED }).failed.errors).toBeLessThan(120);
  });

  test("run into their time-out where an answer takes longer", () => {
    const changes = (time: string): ModelInput["changes"] => [
      { at: "2s", becomes: { kind: "fixed-time", time, seenByChecks: true } },
    ];
    const slow = run({ changes: changes("201ms"), healthCheck: CHECKED });
    expect(windowsAt(slow).filter((from) => from > 3_600)).toEqual([]);
    const passable = run({ changes: changes("199ms"), healthCheck: CHECKED });
    expect(windowsAt(passable).filter((from) => from > 3_600)).not.toEqual([]);
  });

  test("hold a pool whose backends all fail at once", () => {
    const [first] = failing(true);
    const all = run({ changes: [{ ...first!, count: 4 }], healthCheck: CHECKED });
    expect(all.failed.unserved).toBe(0);
    const most = run({ changes: [{ ...first!, count: 3 }], healthCheck: CHECKED });
    expect(windowsAt(most).filter((from) => from > 3_600)).toEqual([]);
  });

  test("change nothing about arrivals, nor anything while nothing happens", () => {
    const arrived = (result: RunResult) => result.windows.map((window) => window.arrived);
    expect(arrived(run({ changes: gone, healthCheck: CHECKED }))).toEqual(arrived(run({})));
    expect(run({ healthCheck: CHECKED })).toEqual(run({}));
  });
});

test.each(SEEDS)("checks that outlast their interval delay the next one, seed %i", (seed) => {
  // Intervals of 250 ms to 750 ms: about half of them are shorter than their check.
  const rules = { interval: 500, timeout: 500, rise: 2, fall: 3, jitter: 0.5 };
  const told: { readonly at: number; readonly what: string }[] = [];
  const agenda: { readonly at: number; readonly happen: () => void }[] = [];
  const random = seededRandom(seed);
  let now = 0;
  const checks = new Checks(rules, 1, {
    now: () => now,
    random,
    answerOf: () => ({ result: "timeout", afterMs: 500 }),
    later: (what, at, backend) => {
      agenda.push({ at, happen: () => checks[what](backend) });
      if (what === "checked") told.push({ at: now, what: "begins" });
    },
    allow: (_, allowed) => told.push({ at: now, what: `allowed: ${allowed}` }),
    passed: () => expect.unreachable("Nothing passes."),
  });
  checks.begin();
  for (let event = 0; event < 50; event += 1) {
    agenda.sort((one, other) => other.at - one.at);
    const next = agenda.pop();
    now = next?.at ?? now;
    next?.happen();
  }
  const begins = told.filter(({ what }) => what === "begins").map(({ at }) => at);
  for (const [index, at] of begins.slice(1).entries()) {
    expect(at - (begins[index] ?? 0)).toBeGreaterThan(499.999);
    expect(at - (begins[index] ?? 0)).toBeLessThan(750.001);
  }
  const [third = 0] = begins.slice(2);
  expect(told.filter(({ what }) => what !== "begins")).toEqual([
    { at: third + 500, what: "allowed: false" },
  ]);
});

describe("a refused request", () => {
  test("is tried once more elsewhere, at no cost to its client", () => {
    const { failed, requests, succeeded } = run({ changes: gone, retry: { attempts: 1 } });
    expect(failed.refused).toBe(0);
    // What its process had begun when it ended is lost all the same.
    expect(requests - succeeded).toBe(failed.errors);
    expect(run({ changes: gone }).failed.refused).toBeGreaterThan(500);
  });

  test("is tried again as well when it was broken off on a kept connection", () => {
    const slow: Partial<ModelInput> = { changes: gone, work: { kind: "constant", value: "50ms" } };
    const lost = run({ ...slow, retry: { attempts: 1 } });
    expect(lost.failed.errors).toBeGreaterThan(0);
    const { failed, requests, succeeded, waiting } = run({
      ...slow,
      retry: { attempts: 1, keptConnections: true },
    });
    expect(succeeded).toBe(requests);
    expect(failed.errors).toBe(0);
    // It begins anew: nearly twice its work at most.
    expect(waiting.maxMs).toBeGreaterThan(50);
    expect(waiting.maxMs).toBeLessThan(100);
    const never = run({ ...slow, retry: { attempts: 0, keptConnections: true } });
    expect(never.failed.errors).toBeGreaterThan(0);
  });

  test("keeps the deadline that it began with", () => {
    const { failed, waiting } = run({
      changes: gone,
      work: { kind: "constant", value: "50ms" },
      retry: { attempts: 1, keptConnections: true },
      deadline: { after: "60ms", cancels: "balancer" },
    });
    expect(failed.late).toBeGreaterThan(0);
    expect(waiting.maxMs).toBeCloseTo(60, 6);
  });

  test("is refused for good when the other one is gone too", () => {
    const changes = [{ at: "0ms", count: 4, becomes: { kind: "gone" as const } }];
    const result = run({ changes, retry: { attempts: 1 } });
    expect(result.failed.refused).toBe(result.requests);
  });
});

describe("a client that gives up", () => {
  const slow: Partial<ModelInput> = {
    arrivals: { kind: "poisson", ratePerSecond: 300 },
    work: { kind: "exponential", mean: "10ms" },
    backends: [{ count: 4, workers: 1 }],
  };
  const failuresWhen = (cancels: boolean | "balancer") =>
    run({ ...slow, deadline: { after: "40ms", cancels } }, 1, "least-connections").failed.late;

  test("spares its backend the work, or only the balancer", () => {
    // Work that nobody waits for makes others late; a balancer that has given up counts less of it.
    expect(failuresWhen(true)).toBeLessThan(failuresWhen("balancer"));
    expect(failuresWhen("balancer")).toBeGreaterThan(0);
  });

  test("is told once, whatever its backend does later", () => {
    const result = run({
      ...slow,
      changes: gone,
      deadline: { after: "15ms", cancels: "balancer" },
    });
    const failed = Object.values<number>({ ...result.failed }).reduce((a, b) => a + b, 0);
    expect(failed + result.succeeded).toBe(result.requests);
    expect(result.windows.reduce((sum, { arrived }) => sum + arrived, 0)).toBe(result.requests);
  });
});

test("a check's time-out above its interval, and a hand that does what checks do, are refused", () => {
  const model = {
    ...QUIET,
    healthCheck: { interval: "1s", timeout: "2s" },
    changes: [{ at: "1s", becomes: { kind: "withdrawn" } }],
  };
  expect(() => parseModel(model, "wrong")).toThrow(
    /healthCheck\.timeout[^]*changes\[0\]\.becomes\.kind/,
  );
});
