import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { CheckResult } from "../../../balancer/health/check-result.ts";
import { PoolChecker } from "../../../balancer/health/checker.ts";
import { createPolicy } from "../../../balancer/selection/create-policy.ts";
import { Pool } from "../../../balancer/upstream/pool.ts";
import { HealthCheck } from "../../../stacks/constructs/health-check.ts";
import { Duration } from "../../../stacks/constructs/duration.ts";
import { parseConfig } from "../../../balancer/config.ts";

/** The timers with which introductions to load balancing explain health checks, on a clock of ours. */

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** When a lone backend changes its state, if its n-th check at 10 s × n ends so: P passes, F fails. */
async function flipsOf(check: HealthCheck, results: string): Promise<string> {
  const healthCheck = check.toInput();
  const backend = { id: "b", address: "127.0.0.1", port: 1 };
  const [config] = parseConfig({
    listeners: [{ id: "l", protocol: "http", port: 1, pool: "p" }],
    pools: [{ id: "p", backends: [backend], healthCheck }],
  }).pools;
  if (config?.healthCheck === undefined) throw new Error("The pool has no check.");
  const zero = performance.now();
  const now = () => performance.now() - zero;
  const flips: string[] = [];
  const pool = new Pool(config, createPolicy("round-robin"), { now, random: () => 0.5 });
  const checker = new PoolChecker(pool, config.healthCheck, {
    now,
    random: () => 0.5,
    emit: (type) => {
      if (type === "backend.healthy") flips.push(`${now() / 1_000} s up`);
      if (type === "backend.unhealthy") flips.push(`${now() / 1_000} s down`);
    },
    check: async (): Promise<CheckResult> =>
      results[Math.round(now() / 10_000)] === "F" ? "refused" : "pass",
  });
  void checker.start();
  await vi.advanceTimersByTimeAsync(10_000 * (results.length - 1));
  checker.stop();
  return flips.join(", ");
}

const timers = (rise: number) =>
  HealthCheck.http({ interval: Duration.seconds(10), jitter: 0, fall: 3, rise });

describe("every 10 s, 3 failures out, 2 passes in", () => {
  test.each<[string, string, string]>([
    ["dies, and is out at the third failure", "PFFFF", "0 s up, 30 s down"],
    ["is back at the second pass", "PFFFPPP", "0 s up, 30 s down, 50 s up"],
    ["fails twice only, and stays", "PFFPPP", "0 s up"],
    ["fails every other time, and never changes", "PFPFPFPFPFPF", "0 s up"],
    ["is down and answers every other time, and stays down", "PFFFPFPFPF", "0 s up, 30 s down"],
    ["is counted anew after a pass", "PFFPFFF", "0 s up, 60 s down"],
  ])("a backend that %s", async (_, results, expected) => {
    expect(await flipsOf(timers(2), results)).toBe(expected);
  });
});

describe("every 10 s, 3 failures out, 5 passes in", () => {
  test.each<[string, string, string]>([
    ["is back at the fifth pass", "PFFFPPPPP", "0 s up, 30 s down, 80 s up"],
    ["passes four times only, and stays out", "PFFFPPPPFPPPP", "0 s up, 30 s down"],
  ])("a backend that %s", async (_, results, expected) => {
    expect(await flipsOf(timers(5), results)).toBe(expected);
  });
});

test("with a fast interval of 1 s the same three failures take 2 s", async () => {
  const check = HealthCheck.http({
    interval: Duration.seconds(10),
    fastInterval: Duration.seconds(1),
    jitter: 0,
  });
  expect(await flipsOf(check, "PFFF")).toBe("0 s up, 12 s down");
});
