import fc from "fast-check";
import { expect, test } from "vitest";
import { isAtLeast, parseVersion } from "../../../chaos/setup/version.ts";

test.each([
  ["a plain version", "2.2.7", [2, 2, 7]],
  ["a v before it", "v24.21.0", [24, 21, 0]],
  ["a distribution's suffix", "2.6.12-1+deb12u4", [2, 6, 12]],
  ["a single number", "6", [6]],
  ["spaces around it", " 1.7\n", [1, 7]],
])("%s is read", (_, text, version) => {
  expect(parseVersion(text)).toEqual(version);
});

test.each(["git", "", "-1", "v"])("%j is no version", (text) => {
  expect(parseVersion(text)).toBeNull();
});

test.each([
  ["the same", [2, 2], [2, 2], true],
  ["a later part", [2, 2, 7], [2, 2], true],
  ["a missing part counts as 0", [6], [6, 0], true],
  ["numbers, not letters, are compared", [2, 10], [2, 9], true],
  ["an earlier major with a later minor", [1, 9], [2, 0], false],
  ["an earlier patch", [2, 2, 6], [2, 2, 7], false],
])("%s", (_, version, minimum, enough) => {
  expect(isAtLeast(version, minimum)).toBe(enough);
});

const versions = fc.array(fc.nat(30), { minLength: 1, maxLength: 4 });

test("of two versions at least one is at least the other, and both only when they are equal", () => {
  fc.assert(
    fc.property(versions, versions, (one, other) => {
      const up = isAtLeast(one, other);
      const down = isAtLeast(other, one);
      const strip = (version: readonly number[]) => version.join(".").replace(/(\.0)+$/, "");
      expect(up || down).toBe(true);
      expect(up && down).toBe(strip(one) === strip(other));
    }),
  );
});

test("a version that is written is read again", () => {
  fc.assert(
    fc.property(versions, (version) => {
      expect(parseVersion(version.join("."))).toEqual(version);
    }),
  );
});
