import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NumberedLines } from "../../../../chaos/measurement/prober/numbered-lines.ts";

const push = (text: string, lines = new NumberedLines()) => ({
  inOrder: lines.push(Buffer.from(text)),
  count: lines.count,
});

describe("numbered lines", () => {
  test("are counted wherever the bytes are cut", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 120 }), fc.integer({ min: 1, max: 40 }), (n, size) => {
        const text = Array.from({ length: n }, (_, k) => `: hello\ndata: ${k + 1}\n\n`).join("");
        const bytes = Buffer.from(text);
        const lines = new NumberedLines();
        for (let at = 0; at < bytes.length; at += size) {
          expect(lines.push(bytes.subarray(at, at + size))).toBe(true);
        }
        expect(lines.count).toBe(n);
      }),
    );
  });

  test.each([
    ["a number that is left out", "data: 1\n\ndata: 3\n\n", 1],
    ["a number that comes twice", "data: 1\n\ndata: 1\n\n", 1],
    ["a begin in the middle", "data: 2\n\n", 0],
    ["no number", "data: x\n\n", 0],
    ["a line without end", `data: 1\n${"x".repeat(300)}`, 1],
  ])("%s is seen", (_, text, count) => {
    expect(push(text)).toEqual({ inOrder: false, count });
  });

  test("half a line is none yet", () => {
    const lines = new NumberedLines();
    expect(push("data: 1", lines)).toEqual({ inOrder: true, count: 0 });
    expect(push("\n", lines)).toEqual({ inOrder: true, count: 1 });
  });
});
