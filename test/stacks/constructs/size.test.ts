import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseSize } from "../../../balancer/index.ts";
import { Size } from "../../../stacks/constructs/size.ts";

test("a size is the same in every unit", () => {
  expect(Size.mebibytes(2).toBytes()).toBe(2_097_152);
  expect(Size.kibibytes(512).toMebibytes()).toBe(0.5);
});

test("a size is written in the largest unit that fits", () => {
  expect(Size.kibibytes(64).toString()).toBe("64KiB");
  expect(Size.mebibytes(1_024).toString()).toBe("1GiB");
  expect(Size.bytes(1_025).toString()).toBe("1025B");
  expect(Size.bytes(0).toString()).toBe("0B");
});

test("the balancer's configuration reads a size back as it was", () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 40 }), (bytes) => {
      expect(parseSize(Size.bytes(bytes).toString())).toBe(bytes);
    }),
  );
});

test.each([-1, 0.5, Number.NaN, Infinity])("a size of %d bytes is refused", (bytes) => {
  expect(() => Size.bytes(bytes)).toThrow(/Use a whole number from 0/);
});
