import type { AdminSubject, Phase } from "../../../balancer/admin/view.ts";
import { parseConfig } from "../../../balancer/config.ts";
import { Administration } from "../../../balancer/health/administration.ts";
import { createListener } from "../../../balancer/listener/create-listener.ts";
import { createPolicy } from "../../../balancer/selection/create-policy.ts";
import type { EventSink } from "../../../balancer/telemetry/event.ts";
import { Pool } from "../../../balancer/upstream/pool.ts";

const config = parseConfig({
  listeners: [{ id: "web", protocol: "http", port: 8080, pool: "app" }],
  pools: [
    {
      id: "app",
      backends: [
        { id: "b1", address: "198.18.7.21", port: 8000 },
        { id: "b2", address: "198.18.7.22", port: 8000, weight: 3 },
      ],
    },
    { id: "empty", backends: [] },
  ],
  admin: { address: "127.0.0.1", port: 9000, token: "0123456789abcdef" },
});

const nothing = { added: [], removed: [], changed: [] };
const NO_CHANGE = { listeners: nothing, pools: nothing, backends: nothing, sections: [] };

/** A balancer as the admin API sees it, of two pools, that does not serve. */
export function subjectOf(phase: Phase = "ready", emit: EventSink = () => undefined): AdminSubject {
  const pools = config.pools.map(
    (pool) => new Pool(pool, createPolicy(pool.policy), { now: () => 0, random: () => 0 }),
  );
  const administration = new Administration(emit, () => 0, {
    closeIdle: () => undefined,
    cutOff: () => undefined,
  });
  const listeners = config.listeners.map((listener) => {
    const pool = pools[0];
    if (pool === undefined) throw new Error("No pool.");
    const { timeouts, limits } = config;
    return createListener(listener, { pool, timeouts, limits, nodeId: "lb1", now: () => 0 });
  });
  return {
    nodeId: "lb1",
    config,
    phase,
    pools,
    listeners,
    vrrp: "master",
    held: (pool) => pool.id === "app",
    written: { listeners: [] },
    dryRun: () => NO_CHANGE,
    apply: () => Promise.resolve(NO_CHANGE),
    reload: () => Promise.resolve(NO_CHANGE),
    lastCheck: (_, backend) =>
      backend.id === "b1" ? { result: "timeout", consecutive: 2, agoMs: 5 } : undefined,
    administer: (pool, backend, change) => administration.set(pool, backend, change),
    restart: async () => 4711,
    drainOf: (backend) => administration.drainOf(backend),
  };
}
