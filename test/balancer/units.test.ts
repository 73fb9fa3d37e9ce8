import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { duration, formatDuration, parseDuration, parseSize, size } from "../../balancer/units.ts";

describe("a duration", () => {
  test.each([
    ["250ms", 250],
    ["10s", 10_000],
    ["1.5m", 90_000],
    ["2h", 7_200_000],
    ["500us", 0.5],
    ["0s", 0],
  ])("%j is read", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(["", "10", "s", "-1s", "1 s", "1S", "1e3ms", ".5s", "1d", "1s "])(
    "%j is none",
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  test.each([
    [90_000, "90s"],
    [7_200_000, "2h"],
    [120_000, "2m"],
    [1_500, "1500ms"],
    [0.5, "500us"],
    [0, "0ms"],
  ])("of %d ms is written in the largest unit that needs no fraction", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test("that was written is read as the same", () => {
    fc.assert(
      fc.property(fc.nat({ max: 1e9 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });
});

describe("a size", () => {
  test.each([
    ["512B", 512],
    ["64KiB", 65_536],
    ["1MiB", 1_048_576],
    ["2GiB", 2_147_483_648],
  ])("%j is read", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each(["", "64", "64KB", "1.5KiB", "-1B", "64 KiB", "kib"])("%j is none", (text) => {
    expect(parseSize(text)).toBeUndefined();
  });
});

describe("a field", () => {
  const interval = duration({ minMs: 10, maxMs: 1_000 });
  const buffer = size({ minBytes: 64, maxBytes: 1_024 });

  test("takes both ends of its range", () => {
    expect(interval.parse("10ms")).toBe(10);
    expect(interval.parse("1s")).toBe(1_000);
    expect(buffer.parse("64B")).toBe(64);
    expect(buffer.parse("1KiB")).toBe(1_024);
  });

  test.each([
    [interval, "9ms", "is out of range | Use 10ms to 1s."],
    [interval, "1001ms", "is out of range | Use 10ms to 1s."],
    [interval, "soon", "is not a duration | Write a number and a unit"],
    [buffer, "63B", "is out of range | Use 64B to 1024B."],
    [buffer, "2KiB", "is out of range | Use 64B to 1024B."],
    [buffer, "much", "is not a size | Write a whole number and a unit"],
  ])("refuses what does not fit and says what does (%#)", (field, text, message) => {
    expect(field.safeParse(text).error?.issues[0]?.message).toContain(message);
  });
});
