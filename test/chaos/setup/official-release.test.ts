import { expect, test } from "vitest";
import { checksumOf } from "../../../chaos/setup/official-release.ts";

const CHECKSUM = "5a".repeat(32);

test.each([
  ["two spaces", `${CHECKSUM}  file`],
  ["binary mode", `${CHECKSUM} *file`],
  ["among others", `x\n${"1".repeat(64)}  other\n${CHECKSUM}  file\n`],
])("a checksum is found with %s", (_, list) => {
  expect(checksumOf("file", list)).toBe(CHECKSUM);
});

test("what is no checksum is not taken for one", () => {
  expect(checksumOf("file", "abc  file")).toBeNull();
  expect(checksumOf("file", "")).toBeNull();
});
