import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deriveSeed, seededRandom } from "../../../chaos/statistics/random.ts";

const take = (n: number, random: () => number) => Array.from({ length: n }, random);

describe("seeded randomness", () => {
  test("the same seed gives the same numbers, another seed gives others", () => {
    expect(take(20, seededRandom(7))).toEqual(take(20, seededRandom(7)));
    expect(take(20, seededRandom(7))).not.toEqual(take(20, seededRandom(8)));
  });

  test("numbers stay the same from version to version, or old schedules could not be repeated", () => {
    expect(take(3, seededRandom(1)).map((n) => n * 2 ** 32)).toMatchInlineSnapshot(`
      [
        393288148,
        2174103013,
        3814759091,
      ]
    `);
    expect(deriveSeed(1, "trial", 3)).toMatchInlineSnapshot(`1753072488`);
  });

  test("seeds that differ only above 32 bits give different numbers", () => {
    expect(take(4, seededRandom(5))).not.toEqual(take(4, seededRandom(5 + 2 ** 33)));
  });

  test("numbers are in [0, 1)", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (seed) => {
        for (const n of take(50, seededRandom(seed))) expect(n >= 0 && n < 1).toBe(true);
      }),
    );
  });

  test("numbers are spread evenly: no tenth is off by more than five standard deviations", () => {
    const counts = Array.from({ length: 10 }, () => 0);
    for (const n of take(100_000, seededRandom(42))) {
      const tenth = Math.floor(n * 10);
      counts[tenth] = (counts[tenth] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(5 * 95);
  });

  test("labels derive seeds that do not collide, and are not confused with each other", () => {
    const seeds = new Set<number>();
    for (let trial = 0; trial < 2_000; trial += 1) seeds.add(deriveSeed(1, "trial", trial));
    expect(seeds.size).toBe(2_000);
    expect(deriveSeed(1, "ab", "c")).not.toBe(deriveSeed(1, "a", "bc"));
    expect(deriveSeed(1, "1")).not.toBe(deriveSeed(1, 1));
    expect(deriveSeed(1, "x")).not.toBe(deriveSeed(2, "x"));
  });

  test("a seed that is not a whole number is refused", () => {
    expect(() => seededRandom(0.5)).toThrow(RangeError);
    expect(() => deriveSeed(Number.NaN)).toThrow(RangeError);
  });
});
