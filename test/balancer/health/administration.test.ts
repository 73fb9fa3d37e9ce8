import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { parseConfig } from "../../../balancer/config.ts";
import { Administration } from "../../../balancer/health/administration.ts";
import { createPolicy } from "../../../balancer/selection/create-policy.ts";
import type { Backend } from "../../../balancer/upstream/backend.ts";
import { Pool } from "../../../balancer/upstream/pool.ts";

const events: string[] = [];
let pool: Pool;
let backend: Backend;
let administration: Administration;

beforeEach(() => {
  vi.useFakeTimers();
  events.length = 0;
  const config = parseConfig({
    listeners: [{ id: "l", protocol: "http", port: 1, pool: "p" }],
    pools: [{ id: "p", backends: [{ id: "b", address: "127.0.0.1", port: 1 }] }],
  }).pools[0];
  if (config === undefined) throw new Error("No pool.");
  pool = new Pool(config, createPolicy("round-robin"), { now: () => 0, random: () => 0 });
  [backend] = pool.backends as [Backend];
  administration = new Administration(
    (type) => events.push(type),
    () => performance.now(),
  );
});
afterEach(() => {
  administration.stop();
  vi.useRealTimers();
});

test("a draining backend is told to be drained when its last request has ended, and once", () => {
  backend.inFlight = 2;
  administration.set(pool, backend, "draining");
  expect(pool.pick(0)).toBeUndefined();
  vi.advanceTimersByTime(1_000);
  backend.inFlight = 1;
  vi.advanceTimersByTime(1_000);
  expect(events).toEqual(["backend.draining"]);
  backend.inFlight = 0;
  vi.advanceTimersByTime(1_000);
  expect(events).toEqual(["backend.draining", "backend.drained"]);
});

test("an idle backend is drained at once", () => {
  administration.set(pool, backend, "disabled");
  expect(events).toEqual(["backend.draining", "backend.drained"]);
});

test("a backend that is enabled again is picked again and never told to be drained", () => {
  backend.inFlight = 1;
  administration.set(pool, backend, "draining");
  administration.set(pool, backend, "enabled");
  backend.inFlight = 0;
  vi.advanceTimersByTime(1_000);
  expect(events).toEqual(["backend.draining"]);
  expect(vi.getTimerCount()).toBe(0);
  expect(pool.pick(0)).toBe(backend);
});

test("asking again for what is already so tells nothing again", () => {
  backend.inFlight = 1;
  administration.set(pool, backend, "draining");
  administration.set(pool, backend, "disabled");
  expect(events).toEqual(["backend.draining"]);
});
