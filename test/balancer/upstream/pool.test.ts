import { expect, test } from "vitest";
import { parseConfig, type PoolConfig } from "../../../balancer/config.ts";
import { Pool } from "../../../balancer/upstream/pool.ts";
import { policyFor } from "../../../balancer/upstream/pool-policy.ts";

const listed = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    id: `b${from + index}`,
    address: "198.18.7.21",
    port: from + index,
    weight: 1,
  }));

/** A pool whose configuration lists one backend, and a hand on what is found beside it. */
function setup(change: object) {
  const [config] = parseConfig({
    listeners: [{ id: "web", protocol: "http", port: 1, pool: "app" }],
    pools: [{ id: "app", backends: listed(1, 1), ...change }],
  }).pools;
  if (config === undefined) throw new Error("No pool.");
  const told: string[] = [];
  const warnings: string[] = [];
  const pool = new Pool(config, policyFor(config), {
    now: () => 0,
    random: () => 0,
    emit: (type) => told.push(type),
    warn: (message) => warnings.push(message),
  });
  const finds = (count: number, settings: Partial<PoolConfig> = {}) =>
    pool.planned({ ...config, ...settings, backends: [...config.backends, ...listed(2, count)] });
  return { config, pool, told, warnings, finds };
}

test("backends that join before the first request have no slow start, and those that join later do", () => {
  const { pool, told, finds } = setup({ slowStart: {} });
  const ramping = () => pool.backends.map((backend) => pool.isRamping(backend));
  pool.become(finds(2), { initial: true });
  expect(ramping()).toEqual([false, false, false]);
  pool.become(finds(3));
  expect(ramping()).toEqual([false, false, false, true]);
  expect(told).toEqual(["slow-start.begin"]);
});

test("a pool that outgrows its Maglev table says so, once until it fits again", () => {
  const { config, pool, warnings, finds } = setup({
    policy: "maglev",
    hashing: { tableSize: 251 },
  });
  pool.become(finds(250));
  expect(warnings).toEqual([]);
  pool.become(finds(251));
  pool.become(finds(299));
  expect(warnings).toEqual([
    expect.stringMatching(
      /^Pool "app" has outgrown its Maglev table: 251 entries are too few for each of its 252 backends/,
    ),
  ]);
  pool.become(finds(299, { hashing: { ...config.hashing, tableSize: 307 } }));
  pool.become(finds(307, { hashing: { ...config.hashing, tableSize: 307 } }));
  expect(warnings[1]).toMatch(/307 entries .* 308 backends .* a prime of at least 308,/);
  expect(warnings).toHaveLength(2);
});

test("a pool that looks nothing up in a table outgrows none", () => {
  const { pool, warnings, finds } = setup({ hashing: { tableSize: 251 } });
  pool.become(finds(400));
  expect(warnings).toEqual([]);
});
