import { expect, test } from "vitest";
import { InvalidDocument } from "../../../balancer/index.ts";
import { failureOf } from "../../../chaos/cli/failure.ts";

const OURS = new InvalidDocument("The topology", [
  { path: "id", value: '"A"', message: "is no id", next: "Write it in lower case." },
]);

test("an error of ours is told without a stack, and is wrong use", () => {
  expect(failureOf(OURS)).toEqual({ text: `error: ${OURS.message}`, exitCode: 64 });
});

test.each([
  ["a plain error", new Error("boom")],
  ["an error of the system", Object.assign(new Error("boom"), { code: "ENOENT" })],
  ["an error of Node", Object.assign(new Error("boom"), { code: "ERR_INVALID_ARG_TYPE" })],
])("%s is a defect, told with its stack, and proves nothing", (_, error) => {
  expect(failureOf(error)).toMatchObject({ exitCode: 2, text: expect.stringContaining("at ") });
});

test("what is thrown and is no error is told as it is", () => {
  expect(failureOf("boom")).toEqual({ text: "A defect of evenkeel: boom", exitCode: 2 });
});

test("an error while cleaning up never hides the first one", () => {
  const both = new SuppressedError(new Error("cannot remove"), OURS, "both failed");
  const { text, exitCode } = failureOf(both);
  expect(exitCode).toBe(64);
  expect(text.startsWith(`error: ${OURS.message}`)).toBe(true);
  expect(text).toContain("cannot remove");
});
