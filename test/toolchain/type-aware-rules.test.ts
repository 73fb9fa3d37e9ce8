import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

/** Mistakes that only a linter with types can see, one a file. */
const MISTAKES: Readonly<Record<string, string>> = {
  "typescript(no-floating-promises)":
    "export function f(work: () => Promise<void>): void {\n  work();\n}",
  "typescript(no-misused-promises)":
    "export function f(work: () => Promise<boolean>): number {\n  if (work()) return 1;\n  return 2;\n}",
  "typescript(switch-exhaustiveness-check)":
    'export function f(kind: "a" | "b"): void {\n  switch (kind) {\n    case "a":\n      break;\n  }\n}',
  "typescript(no-unsafe-assignment)":
    "export function f(text: string): unknown {\n  const value = JSON.parse(text);\n  return value as unknown;\n}",
  "typescript(no-unsafe-member-access)":
    "export function f(text: string): unknown {\n  return JSON.parse(text).a as unknown;\n}",
  "typescript(only-throw-error)": 'export function f(): void {\n  throw "a sentence";\n}',
};

const root = resolve(import.meta.dirname, "../..");
let tree = "";

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), "evenkeel-type-rules-"));
  await mkdir(join(tree, "chaos"));
  await symlink(join(root, "node_modules"), join(tree, "node_modules"));
  for (const file of [".oxlintrc.json", "tsconfig.json"]) {
    await copyFile(join(root, file), join(tree, file));
  }
  for (const [index, source] of Object.values(MISTAKES).entries()) {
    await writeFile(join(tree, `chaos/mistake-${index}.ts`), `${source}\n`);
  }
});

afterAll(async () => rm(tree, { recursive: true, force: true }));

test("the linter finds every mistake that needs types to be seen", async () => {
  const report = await new Promise<string>((done, failed) => {
    execFile(
      process.execPath,
      [join(root, "node_modules/.bin/oxlint"), "--format", "json", "chaos"],
      { cwd: tree },
      (error, stdout, stderr) =>
        stdout.startsWith("{")
          ? done(stdout)
          : failed(new Error(stdout + stderr, { cause: error })),
    );
  });
  const { diagnostics } = JSON.parse(report) as {
    readonly diagnostics: readonly { readonly code: string; readonly filename: string }[];
  };
  const found = Object.keys(MISTAKES).map((_, index) =>
    diagnostics
      .filter((diagnostic) => diagnostic.filename === `chaos/mistake-${index}.ts`)
      .map((diagnostic) => diagnostic.code),
  );
  expect(found).toEqual(Object.keys(MISTAKES).map((code) => [code]));
});
