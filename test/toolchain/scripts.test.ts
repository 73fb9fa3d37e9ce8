import { expect, test } from "vitest";
import PACKAGE from "../../package.json" with { type: "json" };

const ENSURE = "npm run --silent ensure-deps";
const SCRIPTS: Readonly<Record<string, string>> = PACKAGE.scripts;
const COMMANDS = Object.keys(SCRIPTS).filter(
  (name) => name !== "ensure-deps" && !name.startsWith("pre"),
);

test.each(COMMANDS)("npm run %s brings the dependencies of a fresh clone first", (name) => {
  const [first] = (SCRIPTS[`pre${name}`] ?? SCRIPTS[name] ?? "").split(" && ");
  expect(first).toBe(ENSURE);
});
