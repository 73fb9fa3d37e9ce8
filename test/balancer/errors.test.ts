import { describe, expect, test } from "vitest";
import { z } from "zod";
import {
  describeProblem,
  InvalidDocument,
  pathOf,
  problemsOf,
  shorten,
} from "../../balancer/errors.ts";

function problemsFor(schema: z.ZodType, input: unknown) {
  const { error } = schema.safeParse(input);
  if (error === undefined) throw new Error("It was accepted.");
  return problemsOf(error, input);
}

describe("a problem", () => {
  test("says where, what stands there, what is wrong and what to do", () => {
    const schema = z.object({ pools: z.array(z.object({ weight: z.number().max(10) })) });
    const [problem] = problemsFor(schema, { pools: [{ weight: 1 }, { weight: 99 }] });
    expect(problem).toMatchObject({
      path: "pools[1].weight",
      value: "99",
      next: "Use at most 10.",
    });
  });

  test("takes its next step from the schema's own message", () => {
    const schema = z.string().regex(/^x/, "does not begin with x | Begin with x.");
    expect(problemsFor(schema, "abc")).toEqual([
      { path: "", value: '"abc"', message: "does not begin with x", next: "Begin with x." },
    ]);
  });

  test.each<[string, z.ZodType, unknown, string]>([
    ["a missing field", z.object({ id: z.string() }), {}, "Give a value of type string."],
    ["a wrong type", z.object({ id: z.string() }), { id: 1 }, "Give a value of type string."],
    ["too little", z.object({ n: z.number().min(3) }), { n: 1 }, "Use at least 3."],
    ["what a bound excludes", z.object({ n: z.number().gt(0) }), { n: -1 }, "Use more than 0."],
    [
      "what a bound above excludes",
      z.object({ n: z.number().lt(9) }),
      { n: 9 },
      "Use less than 9.",
    ],
    ["a misspelt choice", z.object({ p: z.enum(["a", "b"]) }), { p: "c" }, "Use one of: a, b."],
    [
      "an unknown key",
      z.strictObject({ id: z.string() }),
      { id: "x", ids: "y" },
      'Remove "ids" or correct the spelling.',
    ],
  ])("%s has a next step", (_, schema, input, next) => {
    expect(problemsFor(schema, input)[0]?.next).toBe(next);
  });

  test("what is missing is shown as missing", () => {
    const [problem] = problemsFor(z.object({ id: z.string() }), {});
    expect(problem).toMatchObject({ value: "(missing)", message: "is missing" });
    expect(problem && describeProblem(problem)).toBe(
      "  id: is missing. Give a value of type string.",
    );
  });
});

test("a refused document lists every problem, one a line, and counts them", () => {
  const problem = { path: "a", value: "1", message: "is wrong", next: "Correct it." };
  const one = new InvalidDocument("The plan", [problem]);
  const two = new InvalidDocument("The plan", [problem, { ...problem, path: "" }]);
  expect(one.message).toBe("The plan has 1 problem:\n  a: is wrong (found 1). Correct it.");
  expect(two.message.split("\n")).toEqual([
    "The plan has 2 problems:",
    describeProblem(problem),
    "  (document): is wrong (found 1). Correct it.",
  ]);
  expect(two.code).toBe("invalid-document");
});

test("paths are written as people write them", () => {
  expect(pathOf(["pools", 0, "backends", 2, "id"])).toBe("pools[0].backends[2].id");
  expect(pathOf([])).toBe("");
});

test("long values are shortened to 80 characters at most", () => {
  expect(shorten("x".repeat(500))).toHaveLength(78);
  expect(shorten("x".repeat(78))).toHaveLength(80);
});
