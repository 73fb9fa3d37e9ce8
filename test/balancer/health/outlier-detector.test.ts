import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { parseConfig, type PoolConfig } from "../../../balancer/config.ts";
import type { Outcome } from "../../../balancer/health/outcome.ts";
import { createPolicy } from "../../../balancer/selection/create-policy.ts";
import type { Backend } from "../../../balancer/upstream/backend.ts";
import { Pool } from "../../../balancer/upstream/pool.ts";

interface Told {
  readonly type: string;
  readonly at: number;
  readonly data: object;
}

const told: Told[] = [];
const pools: Pool[] = [];
let zero = 0;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  zero = performance.now();
  told.length = 0;
});
afterEach(() => {
  for (const pool of pools.splice(0)) pool.stop();
  vi.useRealTimers();
});

const now = () => performance.now() - zero;

function configOf(count: number, change: object = { outlierDetection: {} }): PoolConfig {
  const backends = Array.from({ length: count }, (_, index) => ({
    id: `b${index}`,
    address: "127.0.0.1",
    port: 1_000 + index,
  }));
  const [config] = parseConfig({
    listeners: [{ id: "l", protocol: "http", port: 1, pool: "p" }],
    pools: [{ id: "p", backends, ...change }],
  }).pools;
  if (config === undefined) throw new Error("No pool.");
  return config;
}

function poolOf(count: number, change?: object): Pool {
  const pool = new Pool(configOf(count, change), createPolicy("round-robin"), {
    now,
    random: () => 0,
    emit: (type, data) => told.push({ type, at: now(), data }),
  });
  pools.push(pool);
  return pool;
}

function one(pool: Pool, index: number): Backend {
  const backend = pool.backends[index];
  if (backend === undefined) throw new Error(`No backend ${index}.`);
  return backend;
}

function fail(pool: Pool, index: number, count = 5, outcome: Outcome = "server-error"): void {
  for (let time = 0; time < count; time += 1) pool.judged(one(pool, index), outcome, 0, now());
}

function pickedIn(pool: Pool, picks: number): string[] {
  return [
    ...new Set(Array.from({ length: picks }, () => pool.pick(now())?.id ?? "none")),
  ].toSorted();
}

test("a backend that fails is out, told with its reason, and back by itself after its time", () => {
  const pool = poolOf(3);
  fail(pool, 1);
  expect(pickedIn(pool, 30)).toEqual(["b0", "b2"]);
  expect(pool.outlierOf(one(pool, 1))).toEqual({
    ejections: 1,
    reason: "consecutive-5xx",
    readmitInMs: 30_000,
  });
  vi.advanceTimersByTime(29_999);
  expect(one(pool, 1).pickable).toBe(false);
  vi.advanceTimersByTime(1);
  expect(pickedIn(pool, 30)).toEqual(["b0", "b1", "b2"]);
  const about = { pool: "p", backend: "b1" };
  expect(told).toEqual([
    {
      type: "backend.ejected",
      at: 0,
      data: { ...about, reason: "consecutive-5xx", forMs: 30_000, ejections: 1 },
    },
    {
      type: "backend.readmitted",
      at: 30_000,
      data: { ...about, because: "time", afterMs: 30_000 },
    },
  ]);
  expect(pool.outlierOf(one(pool, 1))).toMatchObject({ ejections: 1, readmitInMs: null });
  expect(vi.getTimerCount()).toBe(0);
});

test("two come back each at its own time", () => {
  const pool = poolOf(4);
  fail(pool, 0);
  vi.advanceTimersByTime(11_000);
  fail(pool, 1);
  vi.advanceTimersByTime(60_000);
  const back = told.filter(({ type }) => type === "backend.readmitted");
  expect(back.map(({ at }) => at)).toEqual([30_000, 41_000]);
});

test("one that is out for a shorter time than the one before it comes back first", () => {
  const pool = poolOf(4);
  fail(pool, 0);
  vi.advanceTimersByTime(30_000);
  fail(pool, 0);
  vi.advanceTimersByTime(1_000);
  fail(pool, 1);
  vi.advanceTimersByTime(60_000);
  const back = told.filter(({ type }) => type === "backend.readmitted");
  expect(back.map(({ at, data }) => [at, data])).toMatchObject([
    [30_000, { backend: "b0" }],
    [61_000, { backend: "b1" }],
    [90_000, { backend: "b0" }],
  ]);
});

test("the way back leads through the slow start", () => {
  const pool = poolOf(3, { outlierDetection: {}, slowStart: { window: "20s" } });
  fail(pool, 1);
  vi.advanceTimersByTime(30_000);
  expect(pool.isRamping(one(pool, 1))).toBe(true);
  expect(told.map(({ type }) => type)).toEqual([
    "backend.ejected",
    "backend.readmitted",
    "slow-start.begin",
  ]);
});

test("statistics say what was seen and what the bound was", () => {
  const pool = poolOf(3);
  for (let request = 0; request < 50; request += 1) {
    for (const index of [0, 1, 2]) {
      pool.judged(one(pool, index), "answered", index === 2 ? 600.0004 : 30, now());
    }
  }
  vi.advanceTimersByTime(10_000);
  pool.judged(one(pool, 0), "answered", 30, now());
  expect(told.map(({ type, data }) => ({ type, ...data }))).toEqual([
    {
      ...{ type: "backend.ejected", pool: "p", backend: "b2", reason: "latency" },
      ...{ forMs: 30_000, ejections: 1, value: 600, bound: 150 },
    },
  ]);
});

test("nobody of a pool that fails as a whole is taken out, and it is told why", () => {
  const pool = poolOf(3);
  for (let round = 0; round < 20; round += 1) for (const index of [0, 1, 2]) fail(pool, index, 1);
  expect(pickedIn(pool, 30)).toEqual(["b0", "b1", "b2"]);
  expect(told[0]).toEqual({
    type: "backend.spared",
    at: 0,
    data: {
      ...{ pool: "p", backend: "b0", reason: "shared-failure", detection: "consecutive-5xx" },
      failing: ["b0", "b1", "b2"],
    },
  });
  expect(new Set(told.map(({ type }) => type))).toEqual(new Set(["backend.spared"]));
});

test("a backend that checks found unhealthy is not ejected on top", () => {
  const pool = poolOf(3);
  one(pool, 1).health = "unhealthy";
  fail(pool, 1, 50);
  one(pool, 2).administrative = "draining";
  fail(pool, 2, 50);
  expect(told).toEqual([]);
});

test("what failed before a backend was unhealthy is forgotten when it is healthy again", () => {
  const pool = poolOf(3);
  fail(pool, 1, 4);
  one(pool, 1).health = "unhealthy";
  one(pool, 1).health = "healthy";
  fail(pool, 1, 4);
  expect(told).toEqual([]);
});

test("a check that passes brings a backend back early only where that is wanted", () => {
  const pool = poolOf(3, { outlierDetection: { readmitOnPass: true } });
  fail(pool, 1);
  vi.advanceTimersByTime(1_000);
  pool.checkPassed(one(pool, 1), now());
  expect(told.at(-1)).toMatchObject({
    type: "backend.readmitted",
    data: { because: "check-passed" },
  });
  expect(vi.getTimerCount()).toBe(0);
  expect(pickedIn(pool, 30)).toEqual(["b0", "b1", "b2"]);
});

describe("a new configuration", () => {
  test("keeps the ejection of a backend that stays, and its end", () => {
    const pool = poolOf(4);
    fail(pool, 1);
    vi.advanceTimersByTime(10_000);
    pool.become(pool.planned(configOf(3)));
    expect(pickedIn(pool, 30)).toEqual(["b0", "b2"]);
    vi.advanceTimersByTime(20_000);
    expect(pickedIn(pool, 30)).toEqual(["b0", "b1", "b2"]);
    expect(told.at(-1)).toMatchObject({ type: "backend.readmitted", at: 30_000 });
  });

  test("without outlier detection takes everybody back", () => {
    const pool = poolOf(3);
    fail(pool, 1);
    pool.become(pool.planned(configOf(3, {})));
    expect(pickedIn(pool, 30)).toEqual(["b0", "b1", "b2"]);
    expect(told.at(-1)).toMatchObject({ data: { because: "switched-off" } });
    expect(pool.outlierOf(one(pool, 1))).toBeNull();
    fail(pool, 1, 50);
    expect(told).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("with it begins to judge", () => {
    const pool = poolOf(3, {});
    fail(pool, 1, 50);
    expect(told).toEqual([]);
    pool.become(pool.planned(configOf(3)));
    fail(pool, 1);
    expect(pickedIn(pool, 30)).toEqual(["b0", "b2"]);
  });
});
