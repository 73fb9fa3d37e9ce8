import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { probabilityOfRun } from "../../../chaos/dose-response/run-of-losses.ts";
import { seededRandom } from "../../../chaos/statistics/random.ts";

/** By trying every way in which so many adverts can be lost. */
function byCounting(adverts: number, inARow: number, loss: number): number {
  let probability = 0;
  for (let lost = 0; lost < 2 ** adverts; lost += 1) {
    const way = lost.toString(2).padStart(adverts, "0");
    const losses = way.replaceAll("0", "").length;
    if (way.includes("1".repeat(inARow))) {
      probability += loss ** losses * (1 - loss) ** (adverts - losses);
    }
  }
  return probability;
}

/** By throwing dice. */
function byTrying(adverts: number, inARow: number, loss: number, times: number): number {
  const random = seededRandom(20_261);
  let seen = 0;
  for (let time = 0; time < times; time += 1) {
    let row = 0;
    for (let advert = 0; advert < adverts && row < inARow; advert += 1) {
      row = random() < loss ? row + 1 : 0;
    }
    if (row === inARow) seen += 1;
  }
  return seen / times;
}

describe("the probability of a run of losses", () => {
  test("is what counting every way gives", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 5 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (adverts, inARow, loss) => {
          expect(probabilityOfRun(adverts, inARow, loss)).toBeCloseTo(
            byCounting(adverts, inARow, loss),
            10,
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  test.each([
    { adverts: 20, inARow: 3, loss: 0.2 },
    { adverts: 20, inARow: 3, loss: 0.5 },
    { adverts: 100, inARow: 5, loss: 0.4 },
    { adverts: 300, inARow: 10, loss: 0.6 },
  ])("is what dice give: $inARow in a row of $adverts, each lost with $loss", (given) => {
    const times = 40_000;
    const exact = probabilityOfRun(given.adverts, given.inARow, given.loss);
    const tried = byTrying(given.adverts, given.inARow, given.loss, times);
    // Four standard errors; the seed is fixed, so it holds always or never.
    expect(Math.abs(tried - exact)).toBeLessThan(4 * Math.sqrt((exact * (1 - exact)) / times));
    expect(exact).toBeGreaterThan(0.01);
    expect(exact).toBeLessThan(0.999);
  });

  test("keeps its digits where it is tiny", () => {
    // 71 places where 30 in a row may begin, and hardly ever two of them.
    const tiny = probabilityOfRun(100, 30, 0.1);
    expect(tiny).toBeGreaterThan(63e-30);
    expect(tiny).toBeLessThan(71e-30);
  });

  test("is 0 without loss or without enough adverts, and 1 when all are lost", () => {
    expect(probabilityOfRun(1_000, 3, 0)).toBe(0);
    expect(probabilityOfRun(2, 3, 0.9)).toBe(0);
    expect(probabilityOfRun(3, 3, 1)).toBe(1);
    expect(probabilityOfRun(50, 3, 1)).toBe(1);
  });

  test("rises with loss and with the number of adverts, and falls with the run that it takes", () => {
    const share = fc.double({ min: 0.01, max: 0.98, noNaN: true });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 9 }),
        share,
        (n, k, p) => {
          const here = probabilityOfRun(n, k, p);
          expect(probabilityOfRun(n, k, p + 0.01)).toBeGreaterThanOrEqual(here - 1e-12);
          expect(probabilityOfRun(n + 1, k, p)).toBeGreaterThanOrEqual(here - 1e-12);
          expect(probabilityOfRun(n, k + 1, p)).toBeLessThanOrEqual(here + 1e-12);
        },
      ),
    );
  });

  test.each([
    [-1, 3, 0.1],
    [1.5, 3, 0.1],
    [10, 0, 0.1],
    [10, 3, 1.1],
    [10, 3, NaN],
  ])("refuses what makes no sense: %s adverts, %s in a row, loss %s", (adverts, inARow, loss) => {
    expect(() => probabilityOfRun(adverts, inARow, loss)).toThrow("probabilityOfRun");
  });
});
