import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FileWatch } from "../../../balancer/reload/file-watch.ts";

let directory = "";
let path = "";
let changes = 0;
const watches: FileWatch[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "evenkeel-watch-"));
  path = join(directory, "config.json");
  changes = 0;
});
afterEach(() => {
  for (const watch of watches.splice(0)) watch.close();
  rmSync(directory, { recursive: true, force: true });
});

const watch = () => void watches.push(new FileWatch(path, () => (changes += 1)));
const told = (count: number) => vi.waitUntil(() => changes >= count, { timeout: 8_000 });

/** Changes told in order: once this one is told, none before it will be. */
async function afterOneMore(expected: number): Promise<void> {
  writeFileSync(path, `last ${Math.random()}`);
  await told(expected + 1);
  expect(changes).toBe(expected + 1);
}

test("a file that is written anew is told", async () => {
  writeFileSync(path, "one");
  watch();
  writeFileSync(path, "two");
  await told(1);
});

test("a file that is renamed into place is told, and so is the next one", async () => {
  writeFileSync(path, "one");
  watch();
  for (const turn of [1, 2]) {
    writeFileSync(`${path}.new`, `content ${turn}`);
    renameSync(`${path}.new`, path);
    await told(turn);
  }
});

test("a symbolic link behind the file that is turned is told, as Kubernetes turns it", async () => {
  for (const version of ["v1", "v2"]) {
    mkdirSync(join(directory, version));
    writeFileSync(join(directory, version, "config.json"), version);
  }
  symlinkSync("v1", join(directory, "..data"));
  symlinkSync("..data/config.json", path);
  watch();
  symlinkSync("v2", join(directory, "..next"));
  renameSync(join(directory, "..next"), join(directory, "..data"));
  await told(1);
});

test("a link to the folder that is turned is told, and so is what is written behind it then", async () => {
  for (const version of ["v1", "v2"]) {
    mkdirSync(join(directory, version));
    writeFileSync(join(directory, version, "config.json"), version);
  }
  symlinkSync("v1", join(directory, "current"));
  path = join(directory, "current", "config.json");
  watch();
  symlinkSync("v2", join(directory, "next"));
  renameSync(join(directory, "next"), join(directory, "current"));
  await told(1);
  writeFileSync(join(directory, "v2", "config.json"), "v3");
  await told(2);
});

test("a folder that another one takes the place of is told, and so is what is written in that", async () => {
  const folder = join(directory, "folder");
  path = join(folder, "config.json");
  mkdirSync(folder);
  writeFileSync(path, "one");
  watch();
  mkdirSync(`${folder}.new`);
  writeFileSync(join(`${folder}.new`, "config.json"), "two");
  renameSync(folder, `${folder}.old`);
  renameSync(`${folder}.new`, folder);
  await told(1);
  writeFileSync(path, "three");
  await told(2);
});

test("a file whose folder comes later is told, and so is its next change", async () => {
  path = join(directory, "later", "config.json");
  watch();
  mkdirSync(join(directory, "later"));
  writeFileSync(path, "one");
  await told(1);
  writeFileSync(path, "two");
  await told(2);
});

test("the same content again, a neighbour, and a file that is gone for a moment are no change", async () => {
  writeFileSync(path, "one");
  watch();
  writeFileSync(path, "one");
  writeFileSync(join(directory, "other.json"), "x");
  unlinkSync(path);
  writeFileSync(path, "one");
  await afterOneMore(0);
});

test("after closing nothing is told", async () => {
  writeFileSync(path, "one");
  watch();
  let second = 0;
  const other = new FileWatch(path, () => (second += 1));
  watches.push(other);
  watches[0]?.close();
  writeFileSync(path, "two");
  await vi.waitUntil(() => second === 1, { timeout: 8_000 });
  expect(changes).toBe(0);
});
