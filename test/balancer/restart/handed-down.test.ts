import { expect, test } from "vitest";
import { parseConfig } from "../../../balancer/config.ts";
import { handedDown, inherit } from "../../../balancer/restart/handed-down.ts";
import { createPolicy } from "../../../balancer/selection/create-policy.ts";
import { Pool } from "../../../balancer/upstream/pool.ts";

/** A pool of three whose clock began at another time than that of others. */
function poolAt(clock: { now: number }, change: object = {}): Pool {
  const [config] = parseConfig({
    listeners: [{ id: "web", protocol: "http", port: 1, pool: "app" }],
    pools: [
      {
        id: "app",
        backends: [21, 22, 23].map((host) => ({
          id: `b${host}`,
          address: `198.18.7.${host}`,
          port: 8000,
        })),
        healthCheck: { type: "tcp" },
        slowStart: { window: "10s" },
        ...change,
      },
    ],
  }).pools;
  if (config === undefined) throw new Error("No pool.");
  return new Pool(config, createPolicy("round-robin"), { now: () => clock.now, random: () => 0 });
}

/** What goes from one process to the other is JSON. */
const sent = (pool: Pool, now: number) =>
  JSON.parse(JSON.stringify(handedDown([pool], now))) as ReturnType<typeof handedDown>;

const statesOf = (pool: Pool) =>
  pool.backends.map(({ health, administrative }) => `${health} ${administrative}`);

function old(clock: { now: number }): Pool {
  const pool = poolAt(clock);
  for (const backend of pool.backends) backend.health = "healthy";
  const [b21, b22] = pool.backends;
  if (b21 !== undefined) b21.administrative = "draining";
  if (b22 !== undefined) b22.health = "unhealthy";
  return pool;
}

test("health and what operators want are known to the next process", () => {
  const [before, after] = [old({ now: 5_000 }), poolAt({ now: 100 })];
  inherit([after], sent(before, 5_000), 100);
  expect(statesOf(after)).toEqual(["healthy draining", "unhealthy enabled", "healthy enabled"]);
});

test("a backend at another address is another one, and so is one of another pool", () => {
  const before = sent(old({ now: 0 }), 0);
  const moved = poolAt(
    { now: 0 },
    {
      backends: [
        { id: "b21", address: "198.18.7.21", port: 8001 },
        { id: "b22", address: "198.18.7.99", port: 8000 },
        { id: "b23", address: "198.18.7.23", port: 8000 },
      ],
    },
  );
  inherit([moved], before, 0);
  expect(statesOf(moved)).toEqual(["pending enabled", "pending enabled", "healthy enabled"]);
  const other = poolAt({ now: 0 }, { id: "app" });
  const api = [{ id: "api", backends: before.pools[0]?.backends ?? [] }];
  inherit([other], { ...before, pools: api }, 0);
  expect(statesOf(other)).toEqual(["pending enabled", "pending enabled", "pending enabled"]);
});

test("what a process of another kind hands down is not understood, and everybody begins anew", () => {
  const after = poolAt({ now: 0 });
  const foreign = { schema: "evenkeel.handed-down/2", pools: [{ id: "app" }] };
  inherit([after], foreign as unknown as ReturnType<typeof handedDown>, 0);
  expect(statesOf(after)).toEqual(["pending enabled", "pending enabled", "pending enabled"]);
});

test("without checks nobody stays unhealthy", () => {
  const after = poolAt({ now: 0 }, { healthCheck: undefined });
  inherit([after], sent(old({ now: 0 }), 0), 0);
  expect(statesOf(after)[1]).toBe("healthy enabled");
});

test("a slow start goes on where it was, by the clock of the next process", () => {
  const clock = { now: 50_000 };
  const before = old(clock);
  const back = before.backends[1];
  if (back !== undefined) back.health = "healthy";
  clock.now += 4_000;
  const later = { now: 200 };
  const after = poolAt(later);
  inherit([after], sent(before, clock.now), later.now);
  expect(after.backends.map((backend) => after.isRamping(backend))).toEqual([false, true, false]);
  expect([...after.rampsBegan()]).toEqual([["b22", 200 - 4_000]]);
});

test("an ejection goes on for what is left of it, and counts", () => {
  const detected = { outlierDetection: {} };
  const clock = { now: 1_000 };
  const before = poolAt(clock, detected);
  for (const backend of before.backends) backend.health = "healthy";
  const failing = before.backends[2];
  if (failing === undefined) throw new Error("No backend.");
  for (let time = 0; time < 5; time += 1) before.judged(failing, "server-error", 0, clock.now);
  clock.now += 12_000;
  const after = poolAt({ now: 70 }, detected);
  inherit([after], sent(before, clock.now), 70);
  const [, , same] = after.backends;
  expect(same).toMatchObject({ ejected: true, health: "healthy", pickable: false });
  expect(same && after.outlierOf(same)).toEqual({
    ejections: 1,
    reason: "consecutive-5xx",
    readmitInMs: 18_000,
  });
  const without = poolAt({ now: 70 });
  inherit([without], sent(before, clock.now), 70);
  expect(without.backends[2]?.ejected).toBe(false);
  for (const pool of [before, after, without]) pool.stop();
});
