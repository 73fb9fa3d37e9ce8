import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { parseConfig } from "../../../balancer/config.ts";
import { Administration } from "../../../balancer/health/administration.ts";
import { createPolicy } from "../../../balancer/selection/create-policy.ts";
import type { Backend } from "../../../balancer/upstream/backend.ts";
import { Pool } from "../../../balancer/upstream/pool.ts";

const events: string[] = [];
const told: Readonly<Record<string, unknown>>[] = [];
const closed: string[] = [];
let pool: Pool;
let backend: Backend;
let administration: Administration;

beforeEach(() => {
  vi.useFakeTimers();
  for (const list of [events, told, closed]) list.length = 0;
  const config = parseConfig({
    listeners: [{ id: "l", protocol: "http", port: 1, pool: "p" }],
    pools: [
      {
        id: "p",
        backends: [{ id: "b", address: "127.0.0.1", port: 1 }],
        drain: { deadline: "2s" },
      },
    ],
  }).pools[0];
  if (config === undefined) throw new Error("No pool.");
  pool = new Pool(config, createPolicy("round-robin"), { now: () => 0, random: () => 0 });
  [backend] = pool.backends as [Backend];
  administration = new Administration(
    (type, data) => {
      events.push(type);
      told.push(data);
    },
    () => performance.now(),
    {
      closeIdle: ({ id }) => closed.push(id),
      cutOff: (one) => {
        one.inFlight = 0;
      },
    },
  );
});
afterEach(() => {
  administration.stop();
  vi.useRealTimers();
});

test("a draining backend is told to be drained when its last request has ended, and once", () => {
  backend.inFlight = 2;
  administration.set(pool, backend, { state: "draining" });
  expect(pool.pick(0)).toBeUndefined();
  expect(closed).toEqual(["b"]);
  vi.advanceTimersByTime(900);
  backend.inFlight = 1;
  vi.advanceTimersByTime(900);
  expect(events).toEqual(["backend.draining"]);
  backend.inFlight = 0;
  vi.advanceTimersByTime(1_000);
  expect(events).toEqual(["backend.draining", "backend.drained"]);
});

test("an idle backend is drained at once", () => {
  administration.set(pool, backend, { state: "disabled" });
  expect(events).toEqual(["backend.draining", "backend.drained"]);
});

test("a backend that is enabled again is picked again and never told to be drained", () => {
  backend.inFlight = 1;
  administration.set(pool, backend, { state: "draining" });
  administration.set(pool, backend, { state: "enabled" });
  backend.inFlight = 0;
  vi.advanceTimersByTime(1_000);
  expect(events).toEqual(["backend.draining"]);
  expect(vi.getTimerCount()).toBe(0);
  expect(pool.pick(0)).toBe(backend);
});

test("asking again for what is already so tells nothing again", () => {
  backend.inFlight = 1;
  administration.set(pool, backend, { state: "draining" });
  administration.set(pool, backend, { state: "disabled" });
  expect(events).toEqual(["backend.draining"]);
});

test("what outlasts the deadline is cut, and both kinds are told", () => {
  backend.inFlight = 5;
  administration.set(pool, backend, { state: "draining", deadlineMs: 1_000 });
  expect(administration.drainOf(backend)).toEqual({
    forMs: 0,
    inFlightAtBegin: 5,
    deadlineInMs: 1_000,
  });
  backend.inFlight = 2;
  vi.advanceTimersByTime(980);
  expect([events.length, backend.inFlight]).toEqual([1, 2]);
  vi.advanceTimersByTime(20);
  expect(told.at(-1)).toEqual({ pool: "p", backend: "b", tookMs: 1_000, completed: 3, cut: 2 });
  expect(administration.drainOf(backend)).toBeUndefined();
  expect(vi.getTimerCount()).toBe(0);
});

test("a deadline of 0 cuts at once", () => {
  backend.inFlight = 3;
  administration.set(pool, backend, { state: "draining", deadlineMs: 0 });
  expect(told.at(-1)).toMatchObject({ tookMs: 0, completed: 0, cut: 3 });
});

test("the pool's own deadline counts when none is given", () => {
  backend.inFlight = 1;
  administration.set(pool, backend, { state: "draining" });
  vi.advanceTimersByTime(1_980);
  expect(events).toEqual(["backend.draining"]);
  vi.advanceTimersByTime(20);
  expect(told.at(-1)).toMatchObject({ completed: 0, cut: 1 });
});

test.each([
  ["a drain without a deadline", { state: "draining", deadlineMs: null }],
  ["a backend that is disabled", { state: "disabled" }],
] as const)("%s waits for ever", (_, change) => {
  backend.inFlight = 1;
  administration.set(pool, backend, change);
  vi.advanceTimersByTime(600_000);
  expect([events, backend.inFlight]).toEqual([["backend.draining"], 1]);
});

test("draining again sets the deadline anew, counted from then, and what began stays counted", () => {
  backend.inFlight = 4;
  administration.set(pool, backend, { state: "draining", deadlineMs: 500 });
  backend.inFlight = 2;
  vi.advanceTimersByTime(400);
  administration.set(pool, backend, { state: "draining", deadlineMs: 1_000 });
  vi.advanceTimersByTime(980);
  expect(backend.inFlight).toBe(2);
  vi.advanceTimersByTime(20);
  expect(told.at(-1)).toMatchObject({ tookMs: 1_400, completed: 2, cut: 2 });
  expect(told.map(({ deadlineMs }) => deadlineMs)).toEqual([500, 1_000, undefined]);
});

test("disabling takes the deadline of a drain away", () => {
  backend.inFlight = 1;
  administration.set(pool, backend, { state: "draining", deadlineMs: 500 });
  administration.set(pool, backend, { state: "disabled" });
  vi.advanceTimersByTime(10_000);
  expect(backend.inFlight).toBe(1);
});

test("a backend that is removed finishes within the pool's deadline", () => {
  backend.inFlight = 2;
  administration.remove(pool, backend);
  expect(told[0]).toMatchObject({ by: "removed", inFlight: 2, deadlineMs: 2_000 });
  expect(closed).toEqual(["b"]);
  backend.inFlight = 1;
  vi.advanceTimersByTime(2_000);
  expect(told.at(-1)).toMatchObject({ completed: 1, cut: 1 });
});
