import { expect, test } from "vitest";
import { poolView } from "../../../balancer/admin/view.ts";
import { parseConfig } from "../../../balancer/config.ts";
import { createPolicy } from "../../../balancer/selection/create-policy.ts";
import { Pool } from "../../../balancer/upstream/pool.ts";
import { subjectOf } from "./subject.ts";

function poolOf(change: object): Pool {
  const backends = [21, 22, 23].map((host) => ({
    id: `b${host}`,
    address: `198.18.7.${host}`,
    port: 8000,
  }));
  const [config] = parseConfig({
    listeners: [{ id: "web", protocol: "http", port: 1, pool: "app" }],
    pools: [{ id: "app", backends, ...change }],
  }).pools;
  if (config === undefined) throw new Error("No pool.");
  return new Pool(config, createPolicy("round-robin"), { now: () => 0, random: () => 0 });
}

test("an ejected backend is shown with its reason, how often it was, and when it is back", () => {
  const pool = poolOf({ outlierDetection: {} });
  const [, failing] = pool.backends;
  if (failing === undefined) throw new Error("No backend.");
  for (let time = 0; time < 3; time += 1) pool.judged(failing, "connect-failed", 0, 0);
  expect(poolView(subjectOf(), pool)).toMatchObject({
    available: true,
    panic: false,
    backends: [
      { ejected: false, outlier: { ejections: 0, reason: null, readmitInMs: null } },
      {
        ...{ ejected: true, health: "healthy", pickable: false },
        outlier: { ejections: 1, reason: "consecutive-connect", readmitInMs: 30_000 },
      },
      { ejected: false },
    ],
  });
  pool.stop();
});

test("a pool in panic is shown so, and a pool without outlier detection has no outliers", () => {
  const pool = poolOf({ panicThreshold: 0.5 });
  for (const backend of pool.backends) backend.health = "unhealthy";
  expect(poolView(subjectOf(), pool)).toMatchObject({
    available: true,
    panic: true,
    backends: [21, 22, 23].map((host) => ({
      ...{ id: `b${host}`, health: "unhealthy", pickable: true },
      ...{ ejected: false, outlier: null },
    })),
  });
});
