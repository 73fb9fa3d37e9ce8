import fc from "fast-check";
import { expect, test } from "vitest";
import { slowStartFactor } from "../../../balancer/selection/slow-start.ts";

const straight = { windowMs: 1_000, aggression: 1, minimumWeight: 0.1 };

test.each<[number, number]>([
  [0, 0.1],
  [50, 0.1],
  [250, 0.25],
  [999, 0.999],
  [1_000, 1],
  [5_000, 1],
])("a straight line over a second is at %i ms %f", (ageMs, factor) => {
  expect(slowStartFactor(straight, ageMs)).toBeCloseTo(factor, 10);
});

test("more aggression begins faster: at a quarter of the window aggression 2 is at a half", () => {
  expect(slowStartFactor({ ...straight, aggression: 2 }, 250)).toBeCloseTo(0.5, 10);
  expect(slowStartFactor({ ...straight, aggression: 0.5, minimumWeight: 0 }, 250)).toBeCloseTo(
    0.0625,
    10,
  );
});

test("the factor never falls with age, and lies between the minimum and 1", () => {
  const options = fc.record({
    windowMs: fc.integer({ min: 1, max: 100_000 }),
    aggression: fc.double({ min: 0.1, max: 10, noNaN: true }),
    minimumWeight: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  const age = fc.double({ min: 0, max: 200_000, noNaN: true });
  fc.assert(
    fc.property(options, age, age, (one, a, b) => {
      const [younger, older] = [
        slowStartFactor(one, Math.min(a, b)),
        slowStartFactor(one, Math.max(a, b)),
      ];
      expect(older).toBeGreaterThanOrEqual(younger);
      expect(younger).toBeGreaterThanOrEqual(one.minimumWeight);
      expect(older).toBeLessThanOrEqual(1);
    }),
  );
});
