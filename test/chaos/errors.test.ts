import { expect, test } from "vitest";
import { reasonOf, withNextStep } from "../../chaos/errors.ts";

test.each([
  ["it failed", "it failed. Look at its log."],
  ["it failed.", "it failed. Look at its log."],
  ["it failed.\n", "it failed. Look at its log."],
  ["did it fail?", "did it fail? Look at its log."],
])("what is wrong and the next step are two sentences: %j", (what, message) => {
  expect(withNextStep(what, "Look at its log.")).toBe(message);
});

test("the first error is told first, and what an abort was for", () => {
  const wait = new Error("The operation was aborted");
  wait.name = "AbortError";
  wait.cause = new Error("interrupted");
  const both = new SuppressedError(new Error("it did not end"), wait);
  expect(reasonOf(both)).toBe("interrupted Then, while cleaning up: it did not end");
});
