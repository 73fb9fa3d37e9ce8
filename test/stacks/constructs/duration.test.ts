import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseDuration } from "../../../balancer/index.ts";
import { Duration } from "../../../stacks/constructs/duration.ts";

test("a duration is the same in every unit", () => {
  expect(Duration.millis(1_500).toSeconds()).toBe(1.5);
  expect(Duration.seconds(1.5).toMilliseconds()).toBe(1_500);
  expect(Duration.minutes(2).toMilliseconds()).toBe(120_000);
});

test("the balancer's configuration reads a duration back as it was", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 86_400_000 }), (ms) => {
      expect(parseDuration(Duration.millis(ms).toString())).toBe(ms);
    }),
  );
});

test("a duration written in seconds is of as many milliseconds as are written", () => {
  expect(Duration.seconds(1.001).toMilliseconds()).toBe(1_001);
  expect(Duration.seconds(0.07).toMilliseconds()).toBe(70);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 86_400_000 }), (ms) => {
      expect(Duration.seconds(ms / 1_000).toMilliseconds()).toBe(ms);
      expect(Duration.minutes(ms / 60_000).toMilliseconds()).toBe(ms);
    }),
  );
});

test("a duration has no parts of a microsecond", () => {
  expect(Duration.millis(1.500_4).toMilliseconds()).toBe(1.5);
  expect(Duration.millis(0.001).toString()).toBe("1us");
});

test.each([-1, Number.NaN, Infinity])("a duration of %d ms is refused", (ms) => {
  expect(() => Duration.millis(ms)).toThrow(/Use a number from 0/);
});
