import { expect, test } from "vitest";
import { lookOf, stepsTo, type Look } from "../../../chaos/setup/steps.ts";

test.each([
  ["a terminal has colour", true, {}, { color: true }],
  ["a pipe has none", false, {}, { color: false }],
  ["NO_COLOR is honoured", true, { NO_COLOR: "1" }, { color: false }],
  ["an empty NO_COLOR says nothing", true, { NO_COLOR: "" }, { color: true }],
  ["a dumb terminal has none", true, { TERM: "dumb" }, { color: false }],
  ["a UTF-8 locale shows marks", true, { LANG: "en_US.UTF-8" }, { unicode: true }],
  ["LC_ALL outweighs LANG", true, { LC_ALL: "C", LANG: "en_US.UTF-8" }, { unicode: false }],
  ["no locale at all shows marks", true, {}, { unicode: true }],
] as const)("%s", (_, isTerminal, env, look) => {
  expect(lookOf(isTerminal, env)).toMatchObject(look);
});

function written(look: Look): string {
  let text = "";
  const steps = stepsTo((line) => {
    text += line;
  }, look);
  steps.done("a");
  steps.doing("b");
  steps.failed("c");
  return text;
}

test("each step is one line with its mark", () => {
  expect(written({ color: false, unicode: true })).toBe("✓ a\n→ b\n✗ c\n");
  expect(written({ color: false, unicode: false })).toBe("ok a\n-> b\nx c\n");
  expect(written({ color: true, unicode: true })).toBe(
    "\u001b[32m✓\u001b[39m a\n\u001b[36m→\u001b[39m b\n\u001b[31m✗\u001b[39m c\n",
  );
});
