import fc from "fast-check";
import { expect, test } from "vitest";
import { Demultiplexer } from "../../../../chaos/environment/docker/demultiplexer.ts";
import { piece } from "./piece.ts";

type Line = readonly ["stdout" | "stderr", string];

function read(chunks: readonly Buffer[]): Line[] {
  const lines: Line[] = [];
  const demultiplexer = new Demultiplexer((stream, line) => lines.push([stream, line]));
  for (const chunk of chunks) demultiplexer.push(chunk);
  demultiplexer.end();
  return lines;
}

test("lines of both streams are told apart, in their order", () => {
  const sent = [
    piece("stdout", Buffer.from("one\ntw")),
    piece("stderr", Buffer.from("bad\n")),
    piece("stdout", Buffer.from("o\n")),
  ];
  expect(read(sent)).toEqual([
    ["stdout", "one"],
    ["stderr", "bad"],
    ["stdout", "two"],
  ]);
});

test("a last line without its line feed is delivered at the end", () => {
  expect(read([piece("stdout", Buffer.from("no end"))])).toEqual([["stdout", "no end"]]);
});

test("however the bytes are cut, into pieces and into chunks, the lines of each stream are the same", () => {
  const text = fc.array(
    fc.string({ unit: "grapheme" }).map((s) => s.replaceAll("\n", " ")),
    {
      maxLength: 6,
    },
  );
  fc.assert(
    fc.property(
      text,
      text,
      fc.array(fc.nat(40), { minLength: 1 }),
      fc.integer({ min: 1, max: 50 }),
      (out, err, cuts, chunkBytes) => {
        const pieces: Buffer[] = [];
        for (const [stream, lines] of [
          ["stdout", out],
          ["stderr", err],
        ] as const) {
          let rest = Buffer.from(lines.map((line) => `${line}\n`).join(""));
          for (let index = 0; rest.length > 0; index += 1) {
            const length = (cuts[index % cuts.length] ?? 0) + 1;
            pieces.push(piece(stream, rest.subarray(0, length)));
            rest = rest.subarray(length);
          }
        }
        const all = Buffer.concat(pieces);
        const chunks: Buffer[] = [];
        for (let at = 0; at < all.length; at += chunkBytes) {
          chunks.push(all.subarray(at, at + chunkBytes));
        }
        const seen = read(chunks);
        const of = (wanted: string): string[] =>
          seen.filter(([stream]) => stream === wanted).map(([, line]) => line);
        expect(of("stdout")).toEqual(out);
        expect(of("stderr")).toEqual(err);
      },
    ),
  );
});
