import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { buildBundles, ensureBundles, PROGRAMS } from "../../../chaos/setup/bundles.ts";
import { PROJECT_ROOT } from "../../../chaos/setup/paths.ts";

const run = promisify(execFile);
const LONG_AGO = new Date("2026-01-01");
const NOT_SO_LONG_AGO = new Date("2026-01-02");

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-bundles-"));
  return () => rm(folder, { recursive: true });
});

describe("a program of two modules", () => {
  let programs: { readonly greeter: string };
  let bundles: string;
  beforeEach(async () => {
    programs = { greeter: join(folder, "main.ts") };
    bundles = join(folder, "bundles");
    await write("main.ts", 'import { word } from "./word.ts";\nconsole.log(word);\n');
    await write("word.ts", 'export const word: string = "first";\n');
  });

  /** Writes a source as if at a time that has long passed. */
  async function write(name: string, content: string, at = LONG_AGO): Promise<void> {
    await writeFile(join(folder, name), content);
    await utimes(join(folder, name), at, at);
  }

  async function greeting(): Promise<string> {
    return (await run(process.execPath, [join(bundles, "greeter.cjs")])).stdout.trim();
  }

  async function inode(): Promise<number> {
    return (await stat(join(bundles, "greeter.cjs"))).ino;
  }

  test("is bundled into one file that runs", async () => {
    expect(await ensureBundles(bundles, programs)).toBe(bundles);
    expect(await greeting()).toBe("first");
    expect((await readdir(bundles)).sort()).toEqual(["greeter.cjs", "stamps.json"]);
  });

  test("is left alone when nothing has changed", async () => {
    await ensureBundles(bundles, programs);
    const before = await inode();
    await ensureBundles(bundles, programs);
    expect(await inode()).toBe(before);
  });

  test("is bundled anew when a module that it imports has changed", async () => {
    await ensureBundles(bundles, programs);
    await write("word.ts", 'export const word: string = "other";\n', NOT_SO_LONG_AGO);
    await ensureBundles(bundles, programs);
    expect(await greeting()).toBe("other");
  });

  test("is bundled anew when its bundle was changed or is gone", async () => {
    await ensureBundles(bundles, programs);
    await writeFile(join(bundles, "greeter.cjs"), "");
    await ensureBundles(bundles, programs);
    expect(await greeting()).toBe("first");
    await rm(join(bundles, "greeter.cjs"));
    await ensureBundles(bundles, programs);
    expect(await greeting()).toBe("first");
  });

  test("is bundled anew after a source was changed while it was read", async () => {
    const later = new Date(Date.now() + 3_600_000);
    await utimes(join(folder, "word.ts"), later, later);
    await ensureBundles(bundles, programs);
    const before = await inode();
    await ensureBundles(bundles, programs);
    expect(await inode()).not.toBe(before);
  });

  test("is whole and current after several runners have bundled it side by side", async () => {
    const runners = Array.from({ length: 5 }, () => ensureBundles(bundles, programs));
    await Promise.all(runners);
    expect(await greeting()).toBe("first");
    expect((await readdir(bundles)).sort()).toEqual(["greeter.cjs", "stamps.json"]);
    await ensureBundles(bundles, programs);
    const before = await inode();
    await ensureBundles(bundles, programs);
    expect(await inode()).toBe(before);
  });

  test("that cannot be read is refused with the file that is wrong, and the old bundle stays", async () => {
    await ensureBundles(bundles, programs);
    await write("word.ts", "export const word = ;\n");
    await expect(ensureBundles(bundles, programs)).rejects.toMatchObject({
      code: "bundle",
      message: expect.stringMatching(/word\.ts[^]*npm ci/) as string,
    });
    expect(await greeting()).toBe("first");
    expect((await readdir(bundles)).sort()).toEqual(["greeter.cjs", "stamps.json"]);
  });
});

describe("the programs of a lab", () => {
  let built: string;
  beforeAll(async () => {
    built = await mkdtemp(join(tmpdir(), "evenkeel-bundles-"));
    await buildBundles(built);
    return () => rm(built, { recursive: true });
  });

  test("are bundled, each launcher's among them", async () => {
    const launchers = await readdir(join(PROJECT_ROOT, "stacks/images/bin"));
    const programs = launchers.map((name) => name.replace(/^evenkeel-/, ""));
    expect(Object.keys(PROGRAMS)).toEqual(expect.arrayContaining(programs));
    expect((await readdir(built)).sort()).toEqual(
      Object.keys(PROGRAMS).map((program) => `${program}.cjs`),
    );
  });

  test.each(Object.keys(PROGRAMS))("%s says nothing of where it was bundled", async (program) => {
    expect(await readFile(join(built, `${program}.cjs`), "utf8")).not.toContain(PROJECT_ROOT);
  });

  test("run without the project: the balancer prints its help", async () => {
    const { stdout } = await run(process.execPath, [join(built, "balancer.cjs"), "--help"]);
    expect(stdout).toContain("--config FILE");
  });
});
