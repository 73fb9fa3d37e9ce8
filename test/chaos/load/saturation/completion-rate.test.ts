import fc from "fast-check";
import { expect, test } from "vitest";
import { CompletionRate } from "../../../../chaos/load/saturation/completion-rate.ts";

function rateOf(times: readonly number[]): CompletionRate {
  const rate = new CompletionRate();
  for (const time of times) rate.completed(time);
  return rate;
}

test("fewer than two times that differ have no rate", () => {
  expect(rateOf([]).perSecond()).toBeNull();
  expect(rateOf([5]).perSecond()).toBeNull();
  expect(rateOf([5, 5, 5]).perSecond()).toBeNull();
});

test("evenly spaced completions have the rate of their spacing, wherever they begin", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.1, max: 1_000, noNaN: true }),
      fc.integer({ min: 2, max: 500 }),
      fc.double({ min: 0, max: 1e7, noNaN: true }),
      (gapMs, count, beginMs) => {
        const rate = rateOf(Array.from({ length: count }, (_, k) => beginMs + k * gapMs));
        expect(rate.count).toBe(count);
        expect((rate.perSecond() ?? 0) * gapMs).toBeCloseTo(1_000, 2);
      },
    ),
  );
});

test("batches that come at once have the rate of whole batches, however many there are", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 64 }),
      fc.integer({ min: 2, max: 40 }),
      fc.integer({ min: 10, max: 500 }),
      (size, batches, periodMs) => {
        const times = Array.from(
          { length: size * batches },
          (_, k) => Math.floor(k / size) * periodMs,
        );
        expect(rateOf(times).perSecond()).toBeCloseTo((size * 1_000) / periodMs, 6);
      },
    ),
  );
});
