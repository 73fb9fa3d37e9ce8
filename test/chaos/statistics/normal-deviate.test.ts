import { describe, expect, test } from "vitest";
import { normalDeviate } from "../../../chaos/statistics/normal-deviate.ts";

describe("the deviate of a standard normal variable", () => {
  test.each([
    [0.5, 0],
    [0.975, 1.959963984540054],
    [0.995, 2.5758293035489004],
    [0.01, -2.3263478740408408],
    [0.0001, -3.719016485455709],
  ])("of %s is %s", (probability, deviate) => {
    expect(normalDeviate(probability)).toBeCloseTo(deviate, 7);
  });

  test("refuses 0 and 1", () => {
    expect(() => normalDeviate(0)).toThrow("between 0 and 1");
    expect(() => normalDeviate(1)).toThrow("between 0 and 1");
  });
});
