import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CheckRhythm,
  nextCheckAt,
  placeBetween,
  placeOf,
} from "../../../balancer/health/schedule.ts";
import { seeded } from "../selection/policy-contract.ts";

/** When the checks of a backend begin, each exactly when it was planned. */
function beginsOf(rhythm: CheckRhythm, place: number, count: number): number[] {
  const begins = [rhythm.next(0, place)];
  while (begins.length < count) {
    const last = begins.at(-1) ?? 0;
    begins.push(rhythm.after(last, last, place));
  }
  return begins;
}

const gaps = (times: readonly number[]) =>
  times.slice(1).map((at, index) => at - (times[index] ?? 0));

/** The most times in any window of that length. */
function crowd(times: readonly number[], windowMs: number): number {
  const sorted = times.toSorted((one, other) => one - other);
  const sizes = sorted.map((at, index) => {
    let end = index;
    while ((sorted[end] ?? Infinity) < at + windowMs) end++;
    return end - index;
  });
  return Math.max(...sizes);
}

describe("the rhythm", () => {
  test("spreads the backends of a pool evenly over the interval", () => {
    const rhythm = new CheckRhythm(100, 2_000, 0, () => 0.5);
    const places = [0, 1, 2, 3].map((position) => placeOf(position, 4));
    expect(places.map((place) => rhythm.next(100, place))).toEqual([600, 1_100, 1_600, 2_100]);
    expect(places.map((place) => rhythm.next(2_100, place))).toEqual([2_600, 3_100, 3_600, 4_100]);
  });

  test("without jitter keeps every interval exact", () => {
    const begins = beginsOf(new CheckRhythm(0, 2_000, 0, seeded(1)), 0.25, 50);
    expect(begins[0]).toBe(500);
    expect(new Set(gaps(begins))).toEqual(new Set([2_000]));
  });

  test("with jitter keeps every interval within its bounds, and draws both halves", () => {
    const intervals = gaps(beginsOf(new CheckRhythm(0, 1_000, 0.2, seeded(4)), 1, 1_000));
    expect(Math.min(...intervals)).toBeGreaterThanOrEqual(800 - 1e-6);
    expect(Math.min(...intervals)).toBeLessThan(820);
    expect(Math.max(...intervals)).toBeLessThanOrEqual(1_200 + 1e-6);
    expect(Math.max(...intervals)).toBeGreaterThan(1_180);
    const mean = intervals.reduce((sum, value) => sum + value, 0) / intervals.length;
    expect(mean).toBeGreaterThan(985);
    expect(mean).toBeLessThan(1_015);
  });

  test("a check that was late is followed after the shortest interval at the soonest, and finds its place again", () => {
    const rhythm = new CheckRhythm(0, 1_000, 0.1, () => 0.5);
    expect(rhythm.after(1_250, 1_450, 0.25)).toBe(2_350);
    expect(rhythm.after(2_350, 2_350, 0.25)).toBe(3_250);
  });

  test("a timer that fires a moment early does not repeat its round", () => {
    const rhythm = new CheckRhythm(0, 1_000, 0.1, () => 0.5);
    expect(rhythm.after(1_250, 1_249.6, 0.25)).toBe(2_250);
  });

  test("keeps every interval within what jitter allows, less than half an interval late", () => {
    // Not 500: added to the time of a check and taken from it again, it can be a hair more.
    const lateness = fc.array(fc.double({ min: 0, max: 499.999, noNaN: true }), { maxLength: 40 });
    fc.assert(
      fc.property(lateness, fc.double({ min: 0.01, max: 1, noNaN: true }), (lates, place) => {
        const rhythm = new CheckRhythm(0, 1_000, 0.1, seeded(7));
        let planned = rhythm.next(0, place);
        for (const late of lates) {
          const began = planned + late;
          const next = rhythm.after(planned, began, place);
          expect(next - began).toBeGreaterThanOrEqual(900 - 1e-6);
          expect(next - began).toBeLessThanOrEqual(1_100 + 1e-6);
          planned = next;
        }
      }),
    );
  });

  test("takes its places up again at once after everybody was checked at one time", () => {
    const count = 200;
    const rhythm = new CheckRhythm(0, 5_000, 0.1, seeded(2));
    const resumedAt = 62_000;
    const places = Array.from({ length: count }, (_, position) => placeOf(position, count));
    const times = places.map((place) => {
      const planned = rhythm.next(20_000, place);
      return rhythm.after(planned, resumedAt, place);
    });
    expect(crowd(times, 100)).toBeLessThanOrEqual(12);
    expect(Math.min(...times) - resumedAt).toBeGreaterThanOrEqual(2_500);
    expect(Math.max(...times) - resumedAt).toBeLessThanOrEqual(2_500 + 5_500);
  });

  test.each([1, 2, 3, 4, 5])(
    "200 backends are never checked in a crowd: at most three times the mean in any tenth of a second (seed %i)",
    (seed) => {
      const [count, intervalMs, rounds] = [200, 5_000, 120];
      const rhythm = new CheckRhythm(0, intervalMs, 0.1, seeded(seed));
      const times: number[] = [];
      for (let position = 0; position < count; position++) {
        const place = placeOf(position, count);
        times.push(rhythm.next(0, place));
      }
      // Round by round, as a checker asks.
      for (let from = 0; times.length < rounds * count; from += count) {
        for (let position = 0; position < count; position++) {
          const last = times[from + position] ?? 0;
          times.push(rhythm.after(last, last, placeOf(position, count)));
        }
      }
      expect(crowd(times, 100)).toBeLessThanOrEqual(3 * (count / intervalMs) * 100);
    },
  );
});

describe("a place for a newcomer", () => {
  test.each<[string, number[], number]>([
    ["alone", [], 1],
    ["beside one", [1], 0.5],
    ["in the widest gap", [0.25, 0.5, 1], 0.75],
    ["round the end", [0.4, 0.6], 0],
  ])("%s", (_, taken, expected) => {
    expect(placeBetween(taken)).toBeCloseTo(expected);
  });

  test("200 that join one by one are in no crowd either", () => {
    const places: number[] = [];
    while (places.length < 200) places.push(placeBetween(places));
    const rhythm = new CheckRhythm(0, 5_000, 0.1, seeded(3));
    const times = places.flatMap((place) => [rhythm.next(0, place), rhythm.next(5_000, place)]);
    expect(crowd(times, 100)).toBeLessThanOrEqual(12);
  });
});

test.each([
  ["the shortest", 0, 1_900],
  ["the middle", 0.5, 2_100],
])("off the rhythm, jitter of a tenth: %s interval", (_, random, expected) => {
  expect(nextCheckAt(100, 2_000, 0.1, () => random)).toBeCloseTo(expected);
});
