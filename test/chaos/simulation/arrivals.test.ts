import { expect, test } from "vitest";
import { arrivalSource, meanRatePerSecond } from "../../../chaos/simulation/arrivals.ts";
import { seededRandom } from "../../../chaos/statistics/random.ts";

const POISSON = { kind: "poisson", ratePerSecond: 200 } as const;
const ON_OFF = { kind: "on-off", ratePerSecond: 1_000, meanOn: 100, meanOff: 300 } as const;

test("Poisson arrivals have the rate, and gaps that spread as much as their mean", () => {
  const next = arrivalSource(POISSON, seededRandom(1));
  const count = 100_000;
  let [last, squares] = [0, 0];
  for (let arrival = 0; arrival < count; arrival += 1) {
    const at = next();
    squares += (at - last - 5) ** 2;
    last = at;
  }
  // Five standard deviations of the mean and, about, of the variance.
  expect(last / count).toBeCloseTo(5, 0);
  expect(Math.abs(last / count - 5)).toBeLessThan((5 * 5) / Math.sqrt(count));
  expect(Math.abs(Math.sqrt(squares / count) - 5)).toBeLessThan(0.15);
});

test("on-off arrivals have the mean rate of theory, and pauses that Poisson arrivals never have", () => {
  expect(meanRatePerSecond(ON_OFF)).toBe(250);
  const next = arrivalSource(ON_OFF, seededRandom(2));
  const untilMs = 2_000_000;
  let [count, last, pauses] = [0, 0, 0];
  for (let at = next(); at < untilMs; at = next()) {
    count += 1;
    // At 1,000 a second a gap of 50 ms has probability e⁻⁵⁰.
    if (at - last > 50) pauses += 1;
    last = at;
  }
  expect(count / (untilMs / 1000)).toBeGreaterThan(250 * 0.93);
  expect(count / (untilMs / 1000)).toBeLessThan(250 * 1.07);
  // A cycle lasts 400 ms on average, and most of its pauses are longer than 50 ms: e^(−50/300) of them.
  expect(pauses).toBeGreaterThan(0.8 * 0.846 * 5_000);
  expect(pauses).toBeLessThan(1.2 * 0.846 * 5_000);
});

test.each([POISSON, ON_OFF])(
  "$kind arrivals are the same for the same seed, in order of time",
  (arrivals) => {
    const take = (seed: number) => {
      const next = arrivalSource(arrivals, seededRandom(seed));
      return Array.from({ length: 1_000 }, () => next());
    };
    expect(take(3)).toEqual(take(3));
    expect(take(3)).not.toEqual(take(4));
    expect(take(3)).toEqual(take(3).toSorted((a, b) => a - b));
  },
);
