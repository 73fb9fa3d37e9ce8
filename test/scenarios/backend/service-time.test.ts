import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  drawServiceMs,
  parseServiceMs,
  parseServiceTime,
  seededRandom,
} from "../../../scenarios/backend/service-time.ts";

const draws = (seed: number, count: number) => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () =>
    drawServiceMs({ kind: "exponential", meanMs: 20 }, random),
  );
};

describe("service times", () => {
  test("are read back as they were written", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 600_000_000 }), (micro) => {
        expect(parseServiceMs((micro / 1000).toFixed(3))).toBeCloseTo(micro / 1000, 6);
      }),
    );
  });

  test.each(["", "-1", "1e3", "0x10", "600001", "1.", " 5", "NaN", "Infinity"])(
    "are refused when written as %j",
    (text) => expect(parseServiceMs(text)).toBeUndefined(),
  );

  test("know their distribution", () => {
    expect(parseServiceTime("constant:5")).toEqual({ kind: "constant", ms: 5 });
    expect(parseServiceTime("exponential:2.5")).toEqual({ kind: "exponential", meanMs: 2.5 });
    expect(parseServiceTime("uniform:5")).toBeUndefined();
    expect(parseServiceTime("constant:5:6")).toBeUndefined();
    expect(parseServiceTime("constant")).toBeUndefined();
  });

  test("repeat themselves under the same seed and differ under another", () => {
    expect(draws(7, 50)).toEqual(draws(7, 50));
    expect(draws(7, 50)).not.toEqual(draws(8, 50));
  });

  test("have the mean and the tail of an exponential distribution", () => {
    const times = draws(1, 100_000);
    const mean = times.reduce((sum, ms) => sum + ms, 0) / times.length;
    const beyondThreeMeans = times.filter((ms) => ms > 60).length / times.length;
    // Standard error of the mean 0.06; e^-3 = 0.0498 with a standard error of 0.0007.
    expect(mean).toBeGreaterThan(19.7);
    expect(mean).toBeLessThan(20.3);
    expect(beyondThreeMeans).toBeGreaterThan(0.046);
    expect(beyondThreeMeans).toBeLessThan(0.054);
  });

  test("come from numbers in [0, 1) whatever the seed", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (seed) => {
        const random = seededRandom(seed);
        const numbers = Array.from({ length: 50 }, random);
        expect(numbers.every((n) => n >= 0 && n < 1)).toBe(true);
        expect(new Set(numbers).size).toBeGreaterThan(45);
      }),
    );
  });
});
