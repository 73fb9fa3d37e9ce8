import { describe, expect, test } from "vitest";
import {
  freezesWithin,
  predictedMove,
  silenceMs,
  wantedSpans,
  type PredictionInput,
} from "../../../chaos/dose-response/prediction.ts";
import { probabilityOfRun } from "../../../chaos/dose-response/run-of-losses.ts";
import { seededRandom } from "../../../chaos/statistics/random.ts";

const TIMERS = { advertIntervalMs: 100, downTimerAdverts: 3 };
const input = (
  disturbance: PredictionInput["disturbance"],
  spansMs: readonly number[],
): PredictionInput => ({ disturbance, timers: TIMERS, backupPriority: 240, spansMs });

describe("loss", () => {
  test("moves the address by a run among the adverts of its time", () => {
    expect(predictedMove(input("loss", [2_000]), 0.3)).toBeCloseTo(
      probabilityOfRun(20, 3, 0.3),
      12,
    );
  });

  test("of a time between two numbers of adverts is between their probabilities", () => {
    const [few, many] = [probabilityOfRun(20, 3, 0.3), probabilityOfRun(21, 3, 0.3)];
    expect(predictedMove(input("loss", [2_025]), 0.3)).toBeCloseTo(0.75 * few + 0.25 * many, 12);
  });

  test("of everything moves it for certain, of nothing never", () => {
    expect(predictedMove(input("loss", [2_000]), 1)).toBe(1);
    expect(predictedMove(input("loss", [2_000]), 0)).toBe(0);
  });
});

describe("freezes", () => {
  test("move nothing before two adverts and the skew, and always from three adverts and the skew on", () => {
    expect(silenceMs(TIMERS, 240)).toBe(306.25);
    expect(predictedMove(input("freeze", [206.25]), 0.4)).toBe(0);
    expect(predictedMove(input("freeze", [256.25]), 0.4)).toBe(0.5);
    expect(predictedMove(input("freeze", [306.25]), 0.4)).toBe(1);
  });

  test("add up: any of them may be the one", () => {
    expect(predictedMove(input("freeze", [256.25, 256.25, 10]), 0.4)).toBeCloseTo(0.75, 12);
  });

  test("are predicted as a pair with such timers does it", () => {
    const random = seededRandom(7);
    const times = 40_000;
    let moved = 0;
    for (let time = 0; time < times; time += 1) {
      // A beat at 0; the freeze begins within the interval after it, and ends with a beat.
      const ends = random() * TIMERS.advertIntervalMs + 230;
      if (ends >= silenceMs(TIMERS, 240)) moved += 1;
    }
    expect(moved / times).toBeCloseTo(predictedMove(input("freeze", [230]), 0.4) ?? NaN, 2);
  });

  test("come once in each rhythm of twice what the timers bear, at least once", () => {
    expect(freezesWithin(TIMERS, 2_000)).toBe(3);
    expect(freezesWithin(TIMERS, 100)).toBe(1);
    expect(wantedSpans("freeze", TIMERS, 2_000, 0.5)).toEqual([300, 300, 300]);
  });
});

test("of busy loops theory says nothing, except that none move nothing", () => {
  expect(predictedMove(input("cpu", [2_000]), 4)).toBeNull();
  expect(predictedMove(input("cpu", [2_000]), 0)).toBe(0);
});

test("dose 0 is as long as the others and moves nothing, whatever the disturbance", () => {
  for (const disturbance of ["loss", "freeze", "cpu"] as const) {
    const spansMs = wantedSpans(disturbance, TIMERS, 2_000, 0);
    expect(spansMs).toEqual([2_000]);
    expect(predictedMove(input(disturbance, spansMs), 0)).toBe(0);
  }
});
