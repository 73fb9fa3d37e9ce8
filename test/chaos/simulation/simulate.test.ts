import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { POLICY_NAMES } from "../../../balancer/index.ts";
import { parseModel, type ModelInput } from "../../../chaos/simulation/model.ts";
import { simulate } from "../../../chaos/simulation/simulate.ts";
import type { RunResult } from "../../../chaos/simulation/run-result.ts";

// Seconds on an idle machine; a busy one may take minutes.
vi.setConfig({ testTimeout: 180_000 });

const BUSY: ModelInput = {
  about: "Ten backends with two workers each, 80 % busy.",
  arrivals: { kind: "poisson", ratePerSecond: 1_600 },
  work: { kind: "exponential", mean: "10ms" },
  backends: [{ count: 10, workers: 2 }],
  requests: 3_000,
};

function run(change: Partial<ModelInput>, policy = "round-robin", seed = 1): RunResult {
  return simulate(parseModel({ ...BUSY, ...change }, "a test's model"), policy, seed);
}

const failuresOf = ({ failed }: RunResult) =>
  Object.values<number>({ ...failed }).reduce((a, b) => a + b, 0);

describe("one seed", () => {
  test.each(POLICIES)("gives the same result to the last byte: %s", (policy) => {
    const text = (seed: number) => JSON.stringify(run(EVENTFUL, policy, seed));
    expect(text(7)).toBe(text(7));
    expect(text(7)).not.toBe(text(8));
  });

  test("gives every policy the same arrivals and the same work", () => {
    // With as many workers as requests nobody waits: what is left is the work.
    const backends = [{ count: 10, workers: "unlimited" as const }];
    const [first, ...others] = POLICIES.map((policy) => run({ backends }, policy));
    expect(first?.waiting.meanMs).toBeGreaterThan(0);
    for (const other of others) {
      expect(other.waiting.p99Ms).toBeCloseTo(first?.waiting.p99Ms ?? 0, 6);
      expect(other.endedAtMs).toBeCloseTo(first?.endedAtMs ?? 0, 6);
      expect(other.windows.map(({ arrived }) => arrived)).toEqual(
        first?.windows.map(({ arrived }) => arrived),
      );
    }
  });

  test("gives the same arrivals whatever befalls the backends", () => {
    const arrived = (result: RunResult) => result.windows.map((window) => window.arrived);
    const { changes = [] } = EVENTFUL;
    expect(arrived(run({ changes }))).toEqual(arrived(run({})));
  });
});

test("an option of a policy reaches it", () => {
  const keys = { kind: "zipf", count: 1_000, exponent: 1.2 } as const;
  const loose = run({ keys }, "bounded-loads:boundedLoad=10").balance.maxOverMean ?? 0;
  const tight = run({ keys }, "bounded-loads:boundedLoad=1.1").balance.maxOverMean ?? 0;
  expect(loose).toBeGreaterThan(2);
  expect(tight).toBeLessThan(1.5);
});

/** Every policy, those with large tables with small ones: they are built anew for each run. */
const POLICIES = POLICY_NAMES.map((name) => (name === "maglev" ? "maglev:tableSize=251" : name));

/** Everything that can happen, at once. */
const EVENTFUL: Partial<ModelInput> = {
  idle: { kind: "exponential", mean: "5ms" },
  keys: { kind: "zipf", count: 500, exponent: 1 },
  backends: [
    { count: 8, workers: 2, queue: 20 },
    { count: 2, speed: 3, weight: 2 },
  ],
  balancers: { count: 3, hearsEvery: "15ms", shared: true },
  changes: [
    { at: "200ms", first: 0, becomes: { kind: "slower", factor: 4, over: "100ms" } },
    { at: "300ms", first: 1, count: 2, becomes: { kind: "gone" } },
    { at: "400ms", first: 1, becomes: { kind: "withdrawn" } },
    { at: "500ms", first: 3, becomes: { kind: "failing", share: 0.5, time: "2ms" } },
    { at: "600ms", first: 4, becomes: { kind: "fixed-time", time: "300ms" } },
    { at: "900ms", first: 0, count: 5, becomes: { kind: "normal" } },
    { at: "950ms", first: 1, becomes: { kind: "admitted" } },
  ],
  deadline: { after: "120ms" },
};

describe("every request ends exactly once", () => {
  const time = fc.integer({ min: 0, max: 400 }).map((ms) => `${ms}ms`);
  const becomes = fc.oneof(
    fc.constantFrom("gone", "withdrawn", "admitted").map((kind) => ({ kind })),
    fc.record({ kind: fc.constant("normal"), over: time }),
    fc.record({ kind: fc.constant("slower"), factor: fc.integer({ min: 1, max: 50 }), over: time }),
    fc.record({ kind: fc.constant("fixed-time"), time }),
    fc.record({ kind: fc.constant("failing"), share: fc.constantFrom(0, 0.3, 1), time }),
  );
  const model = fc.record({
    requests: fc.integer({ min: 1, max: 400 }),
    workers: fc.constantFrom(1, 3, "unlimited"),
    queue: fc.constantFrom(0, 2, "unlimited"),
    idle: fc.option(fc.constant({ kind: "exponential", mean: "20ms" }), { nil: undefined }),
    deadline: fc.option(
      fc.record({ after: fc.constantFrom("1ms", "50ms"), cancels: fc.boolean() }),
      {
        nil: undefined,
      },
    ),
    hearsEvery: fc.option(fc.constantFrom("1ms", "30ms"), { nil: undefined }),
    shared: fc.boolean(),
    changes: fc.array(fc.record({ at: time, first: fc.nat({ max: 3 }), becomes }), {
      maxLength: 12,
    }),
    policy: fc.constantFrom(...POLICIES),
    seed: fc.nat(),
  });

  test("whatever happens to backends, queues, connections and clients", () => {
    fc.assert(
      fc.property(
        model,
        ({ requests, workers, queue, hearsEvery, shared, policy, seed, ...rest }) => {
          const { idle, deadline, changes } = rest;
          const input = {
            ...BUSY,
            arrivals: { kind: "poisson", ratePerSecond: 1_000 },
            backends: [{ count: 4, workers, queue }],
            balancers: hearsEvery === undefined ? { count: 2 } : { count: 2, hearsEvery, shared },
            changes,
            requests,
            ...(idle === undefined ? {} : { idle }),
            ...(deadline === undefined ? {} : { deadline }),
          };
          const result = simulate(parseModel(input, "a random model"), policy, seed);
          expect(result.requests).toBe(requests);
          expect(result.succeeded + failuresOf(result)).toBe(requests);
          expect(result.windows.reduce((sum, { arrived }) => sum + arrived, 0)).toBe(requests);
          expect(result.windows.reduce((sum, { failed }) => sum + failed, 0)).toBe(
            failuresOf(result),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  test("those of the warm-up are not counted, and the duration says how long they arrive", () => {
    const { requests: _none, ...endless } = BUSY;
    const model = parseModel({ ...endless, warmUp: "500ms", duration: "1s" }, "a test's model");
    const result = simulate(model, "round-robin", 1);
    expect(result.requests).toBeGreaterThan(1_600 - 5 * 40);
    expect(result.requests).toBeLessThan(1_600 + 5 * 40);
    expect(result.windows[0]?.fromMs).toBe(500);
    expect(result.endedAtMs).toBeGreaterThan(1_450);
  });
});

describe("what befalls a backend", () => {
  const one = (becomes: object): Partial<ModelInput> => ({
    arrivals: { kind: "poisson", ratePerSecond: 400 },
    work: { kind: "constant", value: "10ms" },
    backends: [{ count: 4, workers: "unlimited" }],
    changes: [{ at: "0ms", becomes } as NonNullable<ModelInput["changes"]>[number]],
  });

  test("gone and not noticed: a quarter of the requests is refused", () => {
    const { failed, requests } = run(one({ kind: "gone" }));
    expect(failed.refused).toBe(requests / 4);
  });

  test("withdrawn: nobody is sent to it, and nobody fails", () => {
    const result = run(one({ kind: "withdrawn" }));
    expect(failuresOf(result)).toBe(0);
    expect(result.windows.reduce((sum, { toChanged }) => sum + toChanged, 0)).toBe(0);
  });

  test("everybody withdrawn: no request is served", () => {
    const changes = [{ at: "0ms", count: 10, becomes: { kind: "withdrawn" } } as const];
    expect(run({ changes }).failed.unserved).toBe(3_000);
  });

  test("failing: its share of the requests is answered with errors, which say nothing about waiting", () => {
    const { failed, waiting } = run(one({ kind: "failing", time: "1ms" }));
    expect(failed.errors).toBe(750);
    expect(waiting.p50Ms).toBeCloseTo(10, 6);
    expect(waiting.meanMs).toBeCloseTo(10, 6);
  });

  test("too slow: its requests are late, and the deadline is what those who gave up waited", () => {
    const slow = one({ kind: "fixed-time", time: "2s" });
    const patient = run({ ...slow, deadline: { after: "100ms", cancels: false } });
    expect(patient.failed.late).toBe(750);
    expect(patient.waiting.maxMs).toBeCloseTo(2_000, 6);
    const impatient = run({ ...slow, deadline: { after: "100ms" } });
    expect(impatient.failed.late).toBe(750);
    expect(impatient.waiting.maxMs).toBeCloseTo(100, 6);
  });

  test("gone while it works: what it had begun fails, also what it kept waiting", () => {
    const changes = [{ at: "1s", becomes: { kind: "gone" } } as const];
    const { failed } = run({
      ...one({ kind: "normal" }),
      backends: [{ count: 1, workers: 1 }],
      // It is overloaded fourfold: three quarters of a second of arrivals are waiting or in work.
      changes,
      requests: 500,
    });
    expect(failed.errors).toBeGreaterThan(200);
    expect(failed.errors + failed.refused).toBeLessThanOrEqual(401);
    expect(failed.errors + failed.refused).toBeGreaterThanOrEqual(399);
  });
});

describe("what balancers know", () => {
  const peak = (balancers: ModelInput["balancers"]) =>
    run({ balancers, requests: 20_000, warmUp: "1s" }, "least-connections").waiting.p99Ms ?? 0;

  test("the less they know of each other's requests, the longer clients wait", () => {
    const [alone, apart] = [peak({ count: 1 }), peak({ count: 10 })];
    expect(apart).toBeGreaterThan(alone * 1.2);
  });

  test("counts that are old send everybody to the same backend", () => {
    const [fresh, old] = [
      peak({ count: 2, hearsEvery: "1ms", shared: true }),
      peak({ count: 2, hearsEvery: "200ms", shared: true }),
    ];
    expect(old).toBeGreaterThan(fresh * 2);
  });
});

test("connections that idle count as in flight, and their clients do not wait for them", () => {
  const idle = { kind: "constant", value: "500ms" } as const;
  const [with_, without] = [run({ idle }, "least-connections"), run({}, "least-connections")];
  expect(with_.balance.mostInFlight).toBeGreaterThan(without.balance.mostInFlight * 5);
  expect(with_.waiting.p50Ms ?? 0).toBeLessThan(50);
});
