import fc from "fast-check";
import { expect, test } from "vitest";
import { retryElsewhere } from "../../../../chaos/measurement/windows/active-active.ts";

const TIMERS = {
  balancers: 2,
  ratePerSecond: 160,
  connectTimeoutMs: 100,
  responseMs: 50,
  failure: "silent",
} as const;

test("a silent balancer costs up to one turn, the connect timeout, and a response from another one", () => {
  expect(retryElsewhere(TIMERS)).toMatchObject({
    of: "recovery",
    floorMs: 150,
    meanMs: 156.25,
    ceilingMs: 162.5,
    periodMs: 12.5,
  });
});

test("one that refuses is noticed at once", () => {
  expect(retryElsewhere({ ...TIMERS, failure: "refused" })).toMatchObject({
    floorMs: 50,
    ceilingMs: 62.5,
  });
});

test("the formula names its terms, and that nobody remembers who failed", () => {
  expect(retryElsewhere(TIMERS).because).toBe(
    "0 to 1 turn of 12.5 ms (2 balancers, 160 requests/s), connect timeout 100 ms, response 50 ms from another balancer; no cool-down",
  );
});

test("it brackets clients whose requests are due evenly, whenever the fault falls", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 8 }),
      fc.integer({ min: 1, max: 500 }),
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      (balancers, ratePerSecond, phase) => {
        const timers = { ...TIMERS, balancers, ratePerSecond };
        const window = retryElsewhere(timers);
        // Request k goes to balancer k modulo their number; the first is lost at this time.
        const gapMs = 1_000 / ratePerSecond;
        const faultMs = phase * balancers * gapMs;
        let k = 0;
        while (k * gapMs < faultMs) k += balancers;
        const answeredMs = k * gapMs + timers.connectTimeoutMs + timers.responseMs;
        expect(answeredMs - faultMs).toBeGreaterThanOrEqual(window.floorMs - 1e-6);
        expect(answeredMs - faultMs).toBeLessThanOrEqual(window.ceilingMs + 1e-6);
      },
    ),
  );
});

test("terms that make no sense are refused by name", () => {
  expect(() => retryElsewhere({ ...TIMERS, balancers: 1 })).toThrow(
    "balancers is 1. Use a whole number from 2.",
  );
  expect(() => retryElsewhere({ ...TIMERS, ratePerSecond: 0 })).toThrow("ratePerSecond is 0.");
  expect(() => retryElsewhere({ ...TIMERS, connectTimeoutMs: 0 })).toThrow(
    "connectTimeoutMs is 0.",
  );
  expect(() => retryElsewhere({ ...TIMERS, responseMs: -1 })).toThrow("responseMs is -1.");
});
