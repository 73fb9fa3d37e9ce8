import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  arrivalOffsetsNs,
  peakRatePerSecond,
  type ArrivalPlan,
} from "../../../chaos/load/arrivals.ts";

const plan = (change: Partial<ArrivalPlan> = {}): ArrivalPlan => ({
  ratePerSecond: 200,
  arrivals: { kind: "constant" },
  seed: 1,
  ...change,
});

/** The first requests of a load, nanoseconds after its start. */
function first(count: number, of: ArrivalPlan): number[] {
  const offsets = arrivalOffsetsNs(of);
  return Array.from({ length: count }, () => offsets.next().value);
}

/** How many requests of a load are due before a time. */
function dueBefore(seconds: number, of: ArrivalPlan): number {
  let count = 0;
  for (const offsetNs of arrivalOffsetsNs(of)) {
    if (offsetNs >= seconds * 1e9) break;
    count += 1;
  }
  return count;
}

const rates = fc.double({ min: 0.5, max: 5_000, noNaN: true });
const arrivals = fc.oneof(
  fc.constant<ArrivalPlan["arrivals"]>({ kind: "constant" }),
  fc.constant<ArrivalPlan["arrivals"]>({ kind: "poisson" }),
  fc.record({
    kind: fc.constant("ramp" as const),
    fromPerSecond: fc.oneof(fc.constant(0), rates),
    overMs: fc.integer({ min: 1, max: 5_000 }),
  }),
  fc
    .record({
      kind: fc.constant("bursts" as const),
      burstPerSecond: fc.oneof(fc.constant(0), rates),
      everyMs: fc.integer({ min: 2, max: 2_000 }),
      forMs: fc.integer({ min: 1, max: 2_000 }),
    })
    .filter(({ everyMs, forMs }) => forMs < everyMs),
);
const plans = fc.record({ ratePerSecond: rates, arrivals, seed: fc.integer() });

describe("arrivals of every kind", () => {
  test("never go back in time, and are the same for the same plan", () => {
    fc.assert(
      fc.property(plans, (any) => {
        const offsets = first(300, any);
        expect(offsets[0]).toBeGreaterThanOrEqual(0);
        for (const [k, offset] of offsets.entries()) {
          expect(Number.isSafeInteger(offset)).toBe(true);
          expect(offset).toBeGreaterThanOrEqual(offsets[k - 1] ?? 0);
        }
        expect(first(300, any)).toEqual(offsets);
      }),
    );
  });

  test("except those drawn at random, are never closer together than the highest rate allows", () => {
    fc.assert(
      fc.property(plans, (any) => {
        fc.pre(any.arrivals.kind !== "poisson");
        const offsets = first(300, any);
        const leastNs = 1e9 / peakRatePerSecond(any);
        for (const [k, offset] of offsets.entries()) {
          if (k === 0) continue;
          expect(offset - (offsets[k - 1] ?? 0)).toBeGreaterThanOrEqual(leastNs - 2);
        }
      }),
    );
  });
});

describe("constant arrivals", () => {
  test("are exactly one interval apart, and still after a million", () => {
    expect(first(4, plan())).toEqual([0, 5_000_000, 10_000_000, 15_000_000]);
    const thirds = plan({ ratePerSecond: 3_000 });
    expect(first(1_000_001, thirds).at(-1)).toBe(333_333_333_333);
  });
});

describe("Poisson arrivals", () => {
  const poisson = (seed: number) => plan({ arrivals: { kind: "poisson" }, seed });

  test("are as many as the rate says, and vary as much as they are many", () => {
    // 400 windows of 100 ms with 20 each on average. The mean of all has a standard error of
    // √20/√400 = 0.22; the variance one of about 20·√(2/400) = 1.4. Four of each are allowed.
    for (const seed of [1, 2, 3]) {
      const counts = Array.from({ length: 400 }, () => 0);
      for (const offsetNs of arrivalOffsetsNs(poisson(seed))) {
        const window = Math.floor(offsetNs / 1e8);
        if (window >= counts.length) break;
        counts[window] = (counts[window] ?? 0) + 1;
      }
      const mean = counts.reduce((sum, count) => sum + count) / counts.length;
      const variance =
        counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (counts.length - 1);
      expect(Math.abs(mean - 20)).toBeLessThan(0.9);
      expect(Math.abs(variance - 20)).toBeLessThan(5.7);
    }
  });

  test("are others with another seed", () => {
    expect(first(10, poisson(1))).not.toEqual(first(10, poisson(2)));
  });
});

describe("a ramp", () => {
  test("has sent the area under its line at every time, and its rate afterwards", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 100, max: 4_000 }),
        fc.double({ min: 0.01, max: 2, noNaN: true }),
        (fromPerSecond, ratePerSecond, overMs, share) => {
          const over = overMs / 1000;
          const at = over * share;
          const inside = Math.min(at, over);
          const area =
            fromPerSecond * inside +
            ((ratePerSecond - fromPerSecond) * inside ** 2) / (2 * over) +
            ratePerSecond * Math.max(0, at - over);
          const ramp = { kind: "ramp", fromPerSecond, overMs } as const;
          const count = dueBefore(at, plan({ ratePerSecond, arrivals: ramp }));
          // Request 0 is due at once.
          expect(count).toBeGreaterThanOrEqual(Math.ceil(area - 1e-6));
          expect(count).toBeLessThanOrEqual(Math.ceil(area + 1e-6) + 1);
        },
      ),
    );
  });

  test("may go down as well as up, and from nothing", () => {
    const ramp = (fromPerSecond: number, ratePerSecond: number) =>
      plan({ ratePerSecond, arrivals: { kind: "ramp", fromPerSecond, overMs: 1_000 } });
    expect(dueBefore(1, ramp(0, 200))).toBe(100);
    expect(dueBefore(1, ramp(200, 2))).toBe(101);
    expect(dueBefore(2, ramp(200, 2))).toBe(103);
    expect(peakRatePerSecond(ramp(300, 2))).toBe(300);
  });
});

describe("bursts", () => {
  const bursts = (burstPerSecond: number) =>
    plan({
      ratePerSecond: 100,
      arrivals: { kind: "bursts", burstPerSecond, everyMs: 500, forMs: 100 },
    });

  test("come at the begin of every period, each with as many as its rate says", () => {
    const offsets = first(420, bursts(1_000));
    const inWindow = (fromMs: number, toMs: number) =>
      offsets.filter((ns) => ns >= fromMs * 1e6 && ns < toMs * 1e6).length;
    for (const period of [0, 500, 1_000]) {
      expect(inWindow(period, period + 100)).toBe(100);
      expect(inWindow(period + 100, period + 500)).toBe(40);
    }
    expect(peakRatePerSecond(bursts(1_000))).toBe(1_000);
  });

  test("of nothing are pauses", () => {
    const offsets = first(120, bursts(0));
    expect(offsets.every((ns) => ns % 5e8 >= 1e8)).toBe(true);
    expect(dueBefore(1, bursts(0))).toBe(80);
  });

  test("are never before their begin, where whole periods bring a hair more than they should", () => {
    // 0.0505 a period: 505 requests are 10,000 periods, which multiplied again are more than 505.
    const rare = first(2_000, {
      ratePerSecond: 0.5,
      arrivals: { kind: "bursts", burstPerSecond: 0, everyMs: 102, forMs: 1 },
      seed: 1,
    });
    for (const [k, offset] of rare.entries()) {
      // A period of 102 ms brings 0.5 × 101 ms: the k-th is due in the period where that makes k.
      const periods = k / (0.5 * 0.101);
      expect(offset / 1e9).toBeGreaterThan((periods - 1) * 0.102);
      expect(offset / 1e9).toBeLessThan((periods + 1) * 0.102);
    }
  });
});
