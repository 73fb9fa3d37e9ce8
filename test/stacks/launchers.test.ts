import { accessSync, constants, existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const BIN = new URL("../../stacks/images/bin/", import.meta.url);

test.each(readdirSync(BIN))("%s may be executed and leads to a program that exists", (name) => {
  const launcher = new URL(name, BIN);
  expect(() => accessSync(launcher, constants.X_OK)).not.toThrow();
  const target = /"\$\{0%\/\*\}\/([^"]+)"/.exec(readFileSync(launcher, "utf8"))?.[1];
  expect(target).toMatch(/\/main\.ts$/);
  expect(existsSync(new URL(target ?? "", BIN))).toBe(true);
});
