import fc from "fast-check";
import { expect, test } from "vitest";
import { mixed, murmur3 } from "../../../balancer/selection/hash.ts";

test.each<[string, number, number]>([
  ["", 0, 0],
  ["", 1, 0x514e28b7],
  ["", 0xffffffff, 0x81f16f39],
  ["hello", 0, 0x248bfa47],
  ["hello, world", 0, 0x149bbb7f],
  ["The quick brown fox jumps over the lazy dog", 0, 0x2e4ff723],
  ["\u00ff\u00ff\u00ff\u00ff", 0, 0x76293b50],
])("MurmurHash3 of %j with seed %i is the published one", (text, seed, expected) => {
  expect(murmur3(text, seed)).toBe(expected);
});

test("every hash is a whole number of 32 bits, whatever the text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.integer(), (text, seed) => {
      for (const hash of [murmur3(text, seed), mixed(seed)]) {
        expect(Number.isInteger(hash) && hash >= 0 && hash < 2 ** 32).toBe(true);
      }
    }),
  );
});

test("no two of a million numbers are mixed to the same one", () => {
  const seen = new Set<number>();
  for (let number = 0; number < 1_000_000; number++) seen.add(mixed(number));
  expect(seen.size).toBe(1_000_000);
});
