import fc from "fast-check";
import { expect, test } from "vitest";
import { differencesBetween } from "../../chaos/differences.ts";

const WORDS = ["recorded", "now"] as const;
const of = (first: unknown, second: unknown) => differencesBetween(first, second, WORDS);

test("values are the same when JSON has them so, and then only", () => {
  const value = fc.jsonValue();
  fc.assert(
    fc.property(value, value, (first, second) => {
      expect(of({ first }, { first: structuredClone(first) })).toEqual([]);
      // Empty lists and empty objects have no parts that could differ.
      fc.pre(JSON.stringify(first) !== JSON.stringify(second));
      fc.pre(typeof first !== "object" && typeof second !== "object");
      expect(of({ first }, { first: second })).toHaveLength(1);
    }),
  );
});

test("what is only on one side is nothing on the other", () => {
  expect(of({ a: { b: 1 } }, { a: {}, c: [2] })).toEqual([
    "a.b: recorded 1, now nothing",
    "c: recorded nothing, now [2]",
  ]);
});

test("long texts that differ far behind their beginning differ, and are shown there", () => {
  const file = (timeout: string) => `${"x".repeat(500)}timeout=${timeout}${"y".repeat(500)}`;
  const [line = "", ...more] = of({ content: file("5s") }, { content: file("7s") });
  expect(more).toEqual([]);
  const same = "x".repeat(12);
  expect(line).toContain(`recorded …${same}timeout=5sy`);
  expect(line).toContain(`now …${same}timeout=7sy`);
  expect(line.length).toBeLessThan(220);
});

test("a text that only goes on differs, and its end is shown", () => {
  const [line = ""] = of({ content: "x".repeat(100) }, { content: `${"x".repeat(100)}END` });
  expect(line).toMatch(/^content: recorded …x+", now …x+END"$/);
});
