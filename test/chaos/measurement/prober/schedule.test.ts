import { describe, expect, test } from "vitest";
import {
  DueTimes,
  maxOutstanding,
  scheduleOf,
} from "../../../../chaos/measurement/prober/schedule.ts";
import { planFor } from "./started-prober.ts";

/** All due times of a plan, milliseconds after its start. */
function dueMs(...plan: Parameters<typeof planFor>): number[] {
  const times = new DueTimes(scheduleOf(planFor(...plan), 0n));
  const all = [];
  for (; times.nextNs !== null; times.advance()) all.push(times.nextNs / 1e6);
  return all;
}

describe("a schedule", () => {
  test("has every probe that is due before its end", () => {
    expect(dueMs(1, { ratePerSecond: 200, maxDurationMs: 20 })).toEqual([0, 5, 10, 15]);
    expect(dueMs(1, { ratePerSecond: 200, maxDurationMs: 21 })).toHaveLength(5);
  });

  test("of connections that are held has one each", () => {
    const traffic = { kind: "long-lived", connections: 3, everyMs: 50 } as const;
    expect(dueMs(1, { traffic, ratePerSecond: 100 })).toEqual([0, 10, 20]);
  });

  test("of random arrivals is the same on every walk, so that pacer and sender agree", () => {
    const plan = { arrivals: { kind: "poisson" }, seed: 7, maxDurationMs: 5_000 } as const;
    const times = dueMs(1, plan);
    expect(dueMs(1, plan)).toEqual(times);
    // 1,000 expected, standard deviation 32.
    expect(times.length).toBeGreaterThan(870);
    expect(times.length).toBeLessThan(1_130);
  });
});

describe("probes that may be outstanding", () => {
  test.each([
    ["at a constant rate, half more than a total outage leaves open", {}, 60],
    ["at random, six deviations more than that leaves on average", { kind: "poisson" }, 78],
    ["in bursts, by their rate", { kind: "bursts", burstPerSecond: 1_000 }, 300],
    ["on a ramp down, by its begin", { kind: "ramp", fromPerSecond: 400 }, 120],
  ])("are, %s, so many", (_, change, most) => {
    const arrivals = { kind: "constant", everyMs: 100, forMs: 50, overMs: 100, ...change };
    const plan = planFor(1, { ratePerSecond: 200, totalTimeoutMs: 200 });
    expect(maxOutstanding({ ...plan, arrivals: arrivals as typeof plan.arrivals })).toBe(most);
  });
});
