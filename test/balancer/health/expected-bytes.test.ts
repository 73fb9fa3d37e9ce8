import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesOf, ByteSearch, SEARCHED_BYTES } from "../../../balancer/health/expected-bytes.ts";

/** Feeds pieces until there is an answer. */
function search(sought: Buffer, pieces: readonly Buffer[]): string {
  const one = new ByteSearch(sought);
  for (const piece of pieces) {
    const found = one.take(piece);
    if (found !== "more") return found;
  }
  return "more";
}

test("text is UTF-8, and hexadecimal digits are bytes", () => {
  expect(bytesOf("grün")).toEqual(Buffer.from([0x67, 0x72, 0xc3, 0xbc, 0x6e]));
  expect(bytesOf({ hex: "00FFa0" })).toEqual(Buffer.from([0, 255, 160]));
});

test("bytes are found however the stream is cut", () => {
  const cases = fc.record({
    before: fc.uint8Array({ maxLength: 40 }),
    sought: fc.uint8Array({ minLength: 1, maxLength: 12 }),
    after: fc.uint8Array({ maxLength: 40 }),
    cuts: fc.array(fc.nat(92), { maxLength: 6 }),
  });
  fc.assert(
    fc.property(cases, ({ before, sought, after, cuts }) => {
      const whole = Buffer.concat([before, sought, after]);
      const edges = [0, ...cuts.toSorted((one, other) => one - other), whole.length];
      const pieces = edges.slice(1).map((end, index) => whole.subarray(edges[index], end));
      expect(search(Buffer.from(sought), pieces)).toBe("found");
    }),
  );
});

test("what is not there is not found", () => {
  expect(search(Buffer.from("ready"), [Buffer.from("rea"), Buffer.from("d")])).toBe("more");
  expect(search(Buffer.from("aab"), [Buffer.from("aaaa"), Buffer.from("aaaa")])).toBe("more");
});

test("only the beginning is searched, to the byte", () => {
  const sought = Buffer.from("ok");
  const filler = (bytes: number) => Buffer.alloc(bytes, "x");
  expect(search(sought, [filler(SEARCHED_BYTES - 2), sought])).toBe("found");
  expect(search(sought, [filler(SEARCHED_BYTES - 1), sought])).toBe("missing");
  expect(search(sought, [Buffer.concat([filler(SEARCHED_BYTES - 1), sought])])).toBe("missing");
});
