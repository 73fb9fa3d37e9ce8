import { expect, test } from "vitest";
import { InvalidDocument } from "../../../balancer/index.ts";
import type { Problem } from "../../../balancer/index.ts";
import { atOnce } from "../../../stacks/constructs/at-once.ts";

const problem = (path: string): Problem => ({ path, value: "0", message: "is wrong", next: "Go." });

function refuse(...paths: string[]): () => never {
  return () => {
    throw new InvalidDocument("It", paths.map(problem));
  };
}

test("pieces of work that refuse nothing return what they return, each in its place", () => {
  expect(atOnce([() => 1, () => undefined, () => "two"])).toEqual([1, undefined, "two"]);
});

test("what several refuse is told together, and what two find once", () => {
  const works = [refuse("a", "b"), () => 1, refuse("b", "c")];
  expect(() => atOnce(works)).toThrow(
    expect.objectContaining({ problems: ["a", "b", "c"].map(problem) }),
  );
});

test("another error is not taken for a refusal", () => {
  const fails = () => {
    throw new RangeError("full");
  };
  expect(() => atOnce([refuse("a"), fails])).toThrow(RangeError);
});
