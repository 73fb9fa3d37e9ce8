import fc from "fast-check";
import { expect, test } from "vitest";
import { LineSplitter } from "../../../chaos/environment/lines.ts";

function split(chunks: readonly string[], maxLength?: number): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line), maxLength);
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return lines;
}

test("lines are the same however the stream is cut into chunks", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string().filter((line) => !line.includes("\n"))),
      fc.array(fc.nat(40)),
      (lines, cuts) => {
        let rest = lines.map((line) => `${line}\n`).join("");
        const chunks: string[] = [];
        for (const cut of cuts) {
          chunks.push(rest.slice(0, cut));
          rest = rest.slice(cut);
        }
        expect(split([...chunks, rest])).toEqual(lines);
      },
    ),
  );
});

test("what is left without a line feed is delivered at the end, and nothing when nothing is left", () => {
  expect(split(["one\ntw", "o"])).toEqual(["one", "two"]);
  expect(split(["one\n"])).toEqual(["one"]);
  expect(split([])).toEqual([]);
});

test("a line that never ends is delivered in pieces, and nothing of it is lost", () => {
  const pieces = split(
    Array.from({ length: 100 }, () => "xxx"),
    10,
  );
  expect(pieces.join("")).toBe("x".repeat(300));
  for (const piece of pieces.slice(0, -1)) expect(piece).toHaveLength(12);
});
