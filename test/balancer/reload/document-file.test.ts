import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readDocument } from "../../../balancer/reload/document-file.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "evenkeel-document-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("a document is what its file holds", () => {
  const path = join(directory, "a.json");
  writeFileSync(path, '{"a": [1]}');
  expect(readDocument(path, "The file")).toEqual({ a: [1] });
});

test("a file that is missing is named, with the next step", () => {
  const path = join(directory, "none.json");
  expect(() => readDocument(path, "The file")).toThrow(/none\.json cannot be read.*Check the path/);
});

test("a file that is no JSON says so, with the next step", () => {
  const path = join(directory, "a.json");
  writeFileSync(path, "{a: 1}");
  expect(() => readDocument(path, "The file")).toThrow(/The file has 1 problem.*\n.*is not JSON/);
});
