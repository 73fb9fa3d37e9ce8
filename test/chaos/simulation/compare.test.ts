import { expect, test, vi } from "vitest";
import { compare } from "../../../chaos/simulation/compare.ts";
import { parseModel } from "../../../chaos/simulation/model.ts";
import { simulate } from "../../../chaos/simulation/simulate.ts";

// Seconds on an idle machine; a busy one may take minutes.
vi.setConfig({ testTimeout: 180_000 });

const MODEL = parseModel(
  {
    about: "Ten backends, 90 % busy.",
    arrivals: { kind: "poisson", ratePerSecond: 900 },
    work: { kind: "exponential", mean: "10ms" },
    backends: [{ count: 10 }],
    requests: 2_000,
  },
  "a test's model",
);
const PLAN = { model: MODEL, policies: ["random", "least-connections"], seed: 1, repetitions: 6 };

test("every policy has one run a repetition, under seeds that differ between and agree within repetitions", () => {
  const [first, second] = compare(PLAN);
  const seeds = first?.runs.map(({ seed }) => seed);
  expect(new Set(seeds).size).toBe(6);
  expect(second?.runs.map(({ seed }) => seed)).toEqual(seeds);
  expect(second?.runs[3]).toEqual(simulate(MODEL, "least-connections", seeds?.[3] ?? 0));
});

test("what is told of a policy is the median of its runs", () => {
  const [, summary] = compare({ ...PLAN, repetitions: 3 });
  const p99 = summary?.runs.map(({ waiting }) => waiting.p99Ms ?? 0).toSorted((a, b) => a - b);
  expect(summary?.p99Ms).toBe(p99?.[1]);
  expect(summary?.successShare).toBe(1);
});

test("a difference is taken run by run, and its interval leaves out 0 when one policy is always better", () => {
  const [random, least] = compare(PLAN);
  expect(random?.p99Difference).toBeNull();
  const differences = least?.runs.map(
    (run, index) => (run.waiting.p99Ms ?? 0) - (random?.runs[index]?.waiting.p99Ms ?? 0),
  );
  expect(least?.p99Difference?.interval).toEqual({
    low: Math.min(...(differences ?? [])),
    high: Math.max(...(differences ?? [])),
  });
  expect(least?.p99Difference?.interval?.high).toBeLessThan(0);
  expect(least?.p99Difference?.medianMs).toBeLessThan(0);
});

test("fewer than six repetitions have no interval", () => {
  const [, least] = compare({ ...PLAN, repetitions: 5 });
  expect(least?.p99Difference?.interval).toBeNull();
});

test("what cannot be told for too few requests stays unknown", () => {
  const [, least] = compare({ ...PLAN, model: { ...MODEL, requests: 100 } });
  expect([least?.p99Ms, least?.p99Difference]).toEqual([null, null]);
  expect(least?.p50Ms).toBeGreaterThan(0);
});

test("progress is told before every run and at the end", () => {
  const told: number[] = [];
  compare({ ...PLAN, repetitions: 2 }, (done) => told.push(done));
  expect(told).toEqual([0, 1, 2, 3, 4]);
});

test("a policy that the model has too many backends for is refused before the first run", () => {
  const told: number[] = [];
  const model = { ...MODEL, backends: MODEL.backends.map((group) => ({ ...group, count: 300 })) };
  const policies = ["random", "maglev:tableSize=251"];
  expect(() => compare({ ...PLAN, model, policies }, (done) => told.push(done))).toThrow(
    "Use a prime of at least 300.",
  );
  expect(told).toEqual([]);
});
