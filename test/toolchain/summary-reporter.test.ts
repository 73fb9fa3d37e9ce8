import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import PACKAGE from "../../package.json" with { type: "json" };
import {
  countRun,
  failedLines,
  skippedLines,
  summaryLine,
  type CountedModule,
} from "../summary-reporter.ts";

function moduleOf(
  states: readonly string[],
  options: { readonly errors?: readonly Error[]; readonly state?: string } = {},
): CountedModule {
  return {
    relativeModuleId: "a.test.ts",
    children: {
      allTests: () => states.map((state) => ({ fullName: state, result: () => ({ state }) })),
    },
    errors: () => options.errors ?? [],
    state: () => options.state ?? (states.includes("failed") ? "failed" : "passed"),
  };
}

describe("what is counted", () => {
  test("tests count by how they ended", () => {
    const counts = countRun([moduleOf(["passed", "failed", "skipped"]), moduleOf(["passed"])], []);
    expect(counts).toEqual({ passed: 2, failed: 1, skipped: 1 });
  });

  test("a file that did not load is a failure", () => {
    const counts = countRun([moduleOf([], { errors: [new Error("x")], state: "failed" })], []);
    expect(counts).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  test("an error outside of every test is a failure", () => {
    expect(countRun([moduleOf(["passed"])], [new Error("x")])).toEqual({
      passed: 1,
      failed: 1,
      skipped: 0,
    });
  });

  test("a test that never ended is a failure", () => {
    expect(countRun([moduleOf(["pending"])], []).failed).toBe(1);
  });

  test("a module that failed without a failed test is a failure", () => {
    expect(countRun([moduleOf(["skipped"], { state: "failed" })], []).failed).toBe(1);
  });

  test("a test that skipped itself is named with what it said", () => {
    const tests = [
      { fullName: "a > b", result: () => ({ state: "skipped", note: "no daemon" }) },
      { fullName: "c", result: () => ({ state: "skipped", note: undefined }) },
      { fullName: "d", result: () => ({ state: "passed", note: "a remark" }) },
    ];
    const module: CountedModule = { ...moduleOf([]), children: { allTests: () => tests } };
    expect(skippedLines([module, moduleOf(["skipped"])])).toEqual(["skipped: a > b: no daemon"]);
  });

  test("everything that failed is named with where it stands and what it said first", () => {
    const tests = [
      {
        fullName: "a > b",
        result: () => ({ state: "failed", errors: [new Error("no\nat all"), new Error("later")] }),
      },
      { fullName: "c", result: () => ({ state: "pending" }) },
      { fullName: "d", result: () => ({ state: "passed" }) },
    ];
    const modules: CountedModule[] = [
      { ...moduleOf([], { state: "failed" }), children: { allTests: () => tests } },
      { ...moduleOf(["skipped"], { state: "failed" }), relativeModuleId: "hook.test.ts" },
      moduleOf([], { errors: [new Error("does not load")], state: "failed" }),
    ];
    const outside = [new Error("nobody caught it")];
    const lines = failedLines(modules, outside);
    expect(lines).toEqual([
      "failed: a.test.ts > a > b: no",
      "failed: a.test.ts > c: never ended",
      "failed: hook.test.ts: outside of its tests",
      "failed: a.test.ts: does not load",
      "failed: outside of every test: nobody caught it",
    ]);
    expect(lines).toHaveLength(countRun(modules, outside).failed);
  });

  test("skipped tests are named only when there are any", () => {
    expect(summaryLine({ passed: 3, failed: 0, skipped: 0 })).toBe("3 passed, 0 failed");
    expect(summaryLine({ passed: 3, failed: 1, skipped: 2 })).toBe("3 passed, 1 failed, 2 skipped");
  });
});

describe("a real run", () => {
  const root = resolve(import.meta.dirname, "../..");
  let project = "";

  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), "evenkeel-summary-"));
    await symlink(join(root, "node_modules"), join(project, "node_modules"));
    await mkdir(join(project, "test"));
    await writeFile(
      join(project, "vitest.config.ts"),
      (await readFile(join(root, "vitest.config.ts"), "utf8")).replaceAll('"./', `"${root}/`),
    );
    const head = 'import { expect, test } from "vitest";\n';
    await writeFile(
      join(project, "test/mixed.test.ts"),
      `${head}test("a", () => {});\ntest("b", () => { expect(1).toBe(2); });\ntest.skip("c", () => {});\ntest("f", ({ skip }) => skip("too dark"));\n`,
    );
    await writeFile(join(project, "test/unloadable.test.ts"), `${head}throw new Error("no");\n`);
    await writeFile(
      join(project, "test/late.lab.test.ts"),
      `${head}test("d", () => {});\ntest("e", () => { void Promise.reject(new Error("late")); });\n`,
    );
    // Each of a pair waits for the other, and what is timed comes when the labs have ended.
    const meet = (mine: string, other: string) =>
      `import { existsSync, writeFileSync } from "node:fs";\nimport { test, vi } from "vitest";\ntest("meet", () => { writeFileSync("${mine}", ""); return vi.waitUntil(() => existsSync("${other}"), 9_000); });\n`;
    for (const kind of ["test", "lab.test"]) {
      await writeFile(join(project, `test/one.${kind}.ts`), meet(`one.${kind}`, `two.${kind}`));
      await writeFile(join(project, `test/two.${kind}.ts`), meet(`two.${kind}`, `one.${kind}`));
    }
    await writeFile(
      join(project, "test/last.timed.test.ts"),
      `import { existsSync } from "node:fs";\n${head}test("last", () => { expect(existsSync("two.lab.test")).toBe(true); });\n`,
    );
    for (const setup of ["lab-setup.ts", "scenario-setup.ts"]) {
      await writeFile(join(project, "test", setup), "export {};\n");
    }
  });

  afterAll(async () => rm(project, { recursive: true, force: true }));

  test("its last line counts every project, with what failed outside of tests", async () => {
    const { stdout, code } = await vitest(project, {});
    // Passed: a, d, e, the four that meet, the timed one. Failed: b, the file that does not load, the rejection nobody handled.
    const lines = stdout.trimEnd().split("\n").slice(-5);
    expect([lines[0], ...lines.slice(1, 4).toSorted(), lines[4]]).toEqual([
      "skipped: f: too dark",
      "failed: outside of every test: late",
      "failed: test/mixed.test.ts > b: expected 1 to be 2 // Object.is equality",
      "failed: test/unloadable.test.ts: no",
      "8 passed, 3 failed, 2 skipped",
    ]);
    expect(stdout.endsWith("\n")).toBe(true);
    expect(code).toBe(1);
  }, 30_000);

  test("a JUnit report is written when asked for", async () => {
    const { stdout } = await vitest(project, { EVENKEEL_JUNIT: join(project, "junit.xml") });
    expect(await readFile(join(project, "junit.xml"), "utf8")).toContain("<testsuites");
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("8 passed, 3 failed, 2 skipped");
  }, 30_000);
});

/** As `npm test` names them. */
const PROJECTS = [...PACKAGE.scripts.test.matchAll(/--project \S+/g)].flatMap(([words]) =>
  words.split(" "),
);

/** What `npm test` runs after its checks. */
async function vitest(
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly stdout: string; readonly code: number }> {
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      ["node_modules/vitest/vitest.mjs", "run", ...PROJECTS],
      { cwd: folder, env: { ...process.env, ...env } },
      (_error, stdout) => done({ stdout, code: child.exitCode ?? -1 }),
    );
  });
}
