import * as fc from "fast-check";
import { expect, test } from "vitest";
import { notAnObject, objectOfLine } from "../../../chaos/environment/json-line.ts";

test("an object is what it was, and no beginning of its line is one", () => {
  const objects = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean()));
  fc.assert(
    fc.property(objects, fc.nat(), (object, cut) => {
      const line = JSON.stringify(object);
      expect(objectOfLine(line)).toEqual(JSON.parse(line));
      expect(objectOfLine(line.slice(0, cut % line.length))).toBeUndefined();
    }),
  );
});

test.for(["", "null", "7", '"ready"', "Killed"])("%s is none", (line) => {
  expect(objectOfLine(line)).toBeUndefined();
});

test("an error tells the beginning of a long line only", () => {
  expect(notAnObject("x".repeat(1_000))).toBe(`said what is no object in JSON: ${"x".repeat(100)}`);
});
