import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ejectionCap, isBelowShare } from "../../../balancer/health/ejection-cap.ts";

describe("the cap of ejections", () => {
  test.each([
    [0, 0.5, 0],
    [1, 0.5, 0],
    [2, 0.5, 1],
    [3, 0.5, 1],
    [3, 0.1, 0],
    [3, 0.33, 0],
    [3, 0.34, 1],
    [10, 0.1, 1],
    [11, 0.1, 1],
    [20, 0.99, 19],
    [20, 1, 20],
    [20, 0, 0],
    // Products that floating point makes smaller or larger than they are.
    [100, 0.29, 29],
    [100, 0.57, 57],
    [10, 0.7, 7],
    [1_000, 0.115, 115],
    [3, 0.333333, 0],
  ])("of %i backends and a share of %f is %i", (backends, share, expected) => {
    expect(ejectionCap(backends, share, false)).toBe(expected);
  });

  test("is the floor of n × pct / 100, exactly, for every whole percentage", () => {
    for (let backends = 0; backends <= 200; backends += 1) {
      for (let percent = 0; percent <= 100; percent += 1) {
        const exactly = Number((BigInt(backends) * BigInt(percent)) / 100n);
        expect(ejectionCap(backends, percent / 100, false)).toBe(exactly);
      }
    }
  });

  test("is one at least where one is always ejected, but not of nobody", () => {
    expect(ejectionCap(3, 0.1, true)).toBe(1);
    expect(ejectionCap(3, 0, true)).toBe(1);
    expect(ejectionCap(30, 0.1, true)).toBe(3);
    expect(ejectionCap(0, 1, true)).toBe(0);
  });
});

describe("below a share", () => {
  test.each([
    [1, 2, 0.5, false],
    [0, 2, 0.5, true],
    [1, 3, 0.5, true],
    [2, 3, 0.5, false],
    [29, 100, 0.29, false],
    [28, 100, 0.29, true],
    [0, 3, 0, false],
    [0, 0, 0.5, false],
    [2, 3, 1, true],
  ])("%i of %i at %f: %s", (left, of, share, expected) => {
    expect(isBelowShare(left, of, share)).toBe(expected);
  });

  test("is what whole numbers say, for every whole percentage", () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), fc.nat(100), (left, of, percent) => {
        expect(isBelowShare(left, of, percent / 100)).toBe(left * 100 < of * percent);
      }),
    );
  });
});
