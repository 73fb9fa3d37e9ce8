import { beforeEach, describe, expect, test } from "vitest";
import { parseConfig, type PoolConfig } from "../../../balancer/config.ts";
import { createPolicy } from "../../../balancer/selection/create-policy.ts";
import type { Backend } from "../../../balancer/upstream/backend.ts";
import { Pool } from "../../../balancer/upstream/pool.ts";

const told: { readonly type: string; readonly data: object }[] = [];
const warnings: string[] = [];
let now = 0;
beforeEach(() => {
  told.length = 0;
  warnings.length = 0;
  now = 0;
});

function configOf(count: number, panicThreshold: number, change: object = {}): PoolConfig {
  const backends = Array.from({ length: count }, (_, index) => ({
    id: `b${index}`,
    address: "127.0.0.1",
    port: 1_000 + index,
  }));
  const [config] = parseConfig({
    listeners: [{ id: "l", protocol: "http", port: 1, pool: "p" }],
    pools: [{ id: "p", backends, panicThreshold, ...change }],
  }).pools;
  if (config === undefined) throw new Error("No pool.");
  return config;
}

function poolOf(count: number, panicThreshold: number, change: object = {}): Pool {
  return new Pool(configOf(count, panicThreshold, change), createPolicy("round-robin"), {
    now: () => now,
    random: () => 0,
    emit: (type, data) => told.push({ type, data }),
    warn: (message) => warnings.push(message),
  });
}

function one(pool: Pool, index: number): Backend {
  const backend = pool.backends[index];
  if (backend === undefined) throw new Error(`No backend ${index}.`);
  return backend;
}

/** How many of so many requests each backend gets. */
function shares(pool: Pool, requests: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let request = 0; request < requests; request += 1) {
    const id = pool.pick(now)?.id ?? "none";
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
}

describe("a pool of which more than half is dead", () => {
  test.each([2, 3, 4, 5, 8, 13])("of %i serves with everybody, and says so", (count) => {
    const pool = poolOf(count, 0.5);
    // Exactly half of them left is not less than half.
    const most = Math.floor(count / 2);
    for (let index = 0; index < most; index += 1) one(pool, index).health = "unhealthy";
    expect(pool.panicking).toBe(false);
    expect(Object.keys(shares(pool, count * 10))).toHaveLength(count - most);
    // ⌈n/2⌉ + 1 of them, or all of a small pool.
    const dead = Math.min(count, Math.ceil(count / 2) + 1);
    for (let index = 0; index < dead; index += 1) one(pool, index).health = "unhealthy";
    expect(pool.panicking).toBe(true);
    expect(Object.values(shares(pool, count * 10))).toEqual(Array(count).fill(10));
    expect(told.map(({ type }) => type)).toEqual(["pool.panic"]);
    expect(told[0]?.data).toMatchObject({ pool: "p", enabled: count, threshold: 0.5 });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('Pool "p" is in panic');
  });

  test("is calm again when enough are fit, and those that are not are left alone", () => {
    const pool = poolOf(4, 0.5);
    for (const backend of pool.backends) backend.health = "unhealthy";
    now = 250;
    one(pool, 1).health = "healthy";
    expect(pool.panicking).toBe(true);
    one(pool, 3).health = "healthy";
    expect(pool.panicking).toBe(false);
    expect(told.at(-1)).toEqual({
      type: "pool.calm",
      data: { pool: "p", fit: 2, enabled: 4, tookMs: 250 },
    });
    expect(shares(pool, 20)).toEqual({ b1: 10, b3: 10 });
    expect(warnings).toHaveLength(2);
  });

  test("sends nothing to those that are draining, disabled or leaving", () => {
    const pool = poolOf(6, 0.5);
    one(pool, 0).administrative = "draining";
    one(pool, 1).administrative = "disabled";
    one(pool, 2).leaving = true;
    for (const index of [3, 4]) one(pool, index).health = "unhealthy";
    expect(pool.panicking).toBe(true);
    expect(told[0]?.data).toMatchObject({ fit: 1, enabled: 3 });
    expect(shares(pool, 30)).toEqual({ b3: 10, b4: 10, b5: 10 });
  });

  test("has one enabled again that an operator gives back", () => {
    const pool = poolOf(4, 0.5);
    one(pool, 3).administrative = "draining";
    for (const index of [0, 1]) one(pool, index).health = "unhealthy";
    expect(pool.panicking).toBe(true);
    one(pool, 3).administrative = "enabled";
    expect(pool.panicking).toBe(false);
  });

  test("takes ejected ones for unfit, and serves with them too", () => {
    const pool = poolOf(3, 0.5);
    one(pool, 0).ejected = true;
    one(pool, 1).health = "unhealthy";
    expect(pool.panicking).toBe(true);
    expect(shares(pool, 30)).toEqual({ b0: 10, b1: 10, b2: 10 });
  });
});

test("without a threshold nobody panics: the pool is empty", () => {
  const pool = poolOf(3, 0);
  for (const backend of pool.backends) backend.health = "unhealthy";
  expect(pool.panicking).toBe(false);
  expect(pool.pick(0)).toBeUndefined();
  expect(told).toEqual([]);
});

test("who was never checked is no reason for panic and gets none of its requests", () => {
  const pool = poolOf(4, 0.5, { healthCheck: { type: "tcp" } });
  expect(pool.panicking).toBe(false);
  one(pool, 0).health = "healthy";
  expect(pool.panicking).toBe(false);
  for (const index of [1, 2]) one(pool, index).health = "unhealthy";
  expect(pool.panicking).toBe(true);
  expect(shares(pool, 30)).toEqual({ b0: 10, b1: 10, b2: 10 });
  one(pool, 3).health = "unhealthy";
  expect(shares(pool, 40)).toEqual({ b0: 10, b1: 10, b2: 10, b3: 10 });
});

test("a new configuration changes the threshold and who counts", () => {
  const pool = poolOf(4, 0);
  for (const index of [0, 1, 2]) one(pool, index).health = "unhealthy";
  pool.become(pool.planned(configOf(4, 0.5)));
  expect(pool.panicking).toBe(true);
  // Four healthy ones join.
  pool.become(pool.planned(configOf(8, 0.5)));
  expect(pool.panicking).toBe(false);
  expect(pool.pick(0)?.health).toBe("healthy");
  pool.become(pool.planned(configOf(3, 0.5)));
  expect(pool.panicking).toBe(true);
  pool.become(pool.planned(configOf(3, 0)));
  expect(pool.panicking).toBe(false);
  expect(pool.pick(0)).toBeUndefined();
});
