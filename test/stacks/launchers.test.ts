import { execFileSync } from "node:child_process";
import {
  accessSync,
  constants,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const BIN = new URL("../../stacks/images/bin/", import.meta.url);
const LAUNCHERS = readdirSync(BIN);

test.each(LAUNCHERS)("%s may be executed and leads to a program that exists", (name) => {
  const launcher = new URL(name, BIN);
  expect(() => accessSync(launcher, constants.X_OK)).not.toThrow();
  const target = /"\$\{0%\/\*\}\/([^"]+)"/.exec(readFileSync(launcher, "utf8"))?.[1];
  expect(target).toMatch(/\/main\.ts$/);
  expect(existsSync(new URL(target ?? "", BIN))).toBe(true);
});

test.each(LAUNCHERS)("%s starts the bundle of its program where there are bundles", (name) => {
  const bundles = mkdtempSync(join(tmpdir(), "evenkeel launchers-"));
  try {
    const program = name.replace(/^evenkeel-/, "");
    const tells = "console.log(JSON.stringify(process.argv.slice(1)));";
    writeFileSync(join(bundles, `${program}.cjs`), tells);
    const told = execFileSync(fileURLToPath(new URL(name, BIN)), ["--an", "argument with spaces"], {
      env: { ...process.env, EVENKEEL_BUNDLES: bundles },
      encoding: "utf8",
    });
    expect(JSON.parse(told)).toEqual([
      join(bundles, `${program}.cjs`),
      "--an",
      "argument with spaces",
    ]);
  } finally {
    rmSync(bundles, { recursive: true });
  }
});
