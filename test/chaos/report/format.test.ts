import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimal, NUMBER_FORMATS, type NumberFormat } from "../../../chaos/report/format.ts";

const ROWS: readonly [NumberFormat, number, string][] = [
  ["ms", 3.124, "3.12\u00a0ms"],
  ["ms", 331.44, "331.4\u00a0ms"],
  ["ms", 3105.2, "3,105\u00a0ms"],
  ["ms-bare", -1234, "−1,234"],
  ["ms1", -0.01, "0.0"],
  ["ms-after", 12.34, "+12.3\u00a0ms"],
  ["ms-after", -12.34, "−12.3\u00a0ms"],
  ["duration", 45_608, "45.6\u00a0s"],
  ["duration", 192_000, "3\u00a0min 12\u00a0s"],
  ["count", 1_234_567, "1,234,567"],
  ["count", 2.5, "2.5"],
  ["plain", 1_264_525_297, "1264525297"],
  ["slope", -1.034, "−1.03"],
  ["percent", 0.979, "97.9\u00a0%"],
  ["bytes", 8_339_111_936, "7.8\u00a0GiB"],
  ["bytes", 536_870_912, "512\u00a0MiB"],
];

describe("numbers for people", () => {
  it.each(ROWS)("as %s, %d is %s", (format, value, text) => {
    expect(NUMBER_FORMATS[format](value)).toBe(text);
  });

  it.each([
    [5, "p54"],
    [10, "p74"],
    [14, "p80"],
    [20, "p86"],
    [29, "p90"],
    [59, "p95"],
    [299, "p99"],
  ])("the quantile that %d trials support is %s, never rounded up", (n, text) => {
    expect(NUMBER_FORMATS.quantile(0.05 ** (1 / n))).toBe(text);
  });

  it("read back as the number they were, to the last decimal shown", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e9, max: 1e9, noNaN: true }),
        fc.integer({ min: 0, max: 4 }),
        (value, digits) => {
          const read = Number(decimal(value, digits).replace("−", "-").replaceAll(",", ""));
          expect(Math.abs(read - value)).toBeLessThanOrEqual(0.5 * 10 ** -digits + 1e-6);
          expect(Object.is(read, -0)).toBe(false);
        },
      ),
    );
  });
});
