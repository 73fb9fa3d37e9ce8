import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { Commands } from "../../../../chaos/faults/command/commands.ts";
import type { Command } from "../../../../chaos/faults/command/protocol.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "evenkeel-commands-"));
  return () => rmSync(folder, { recursive: true });
});

/** Writes a word down. */
const write = (word: string): Command => ({
  argv: ["sh", "-c", 'echo "$1" >> "$2"', "sh", word, join(folder, "words")],
});
const written = (): string[] =>
  readFileSync(join(folder, "words"), "utf8")
    .split("\n")
    .filter((word) => word !== "");

const NOW = { id: 1, kind: "run", undo: null, atNs: null } as const;

test("a command reads what it is given; what it writes and how it ends is told", async () => {
  const commands = new Commands();
  const argv = ["sh", "-c", "cat; echo wrong >&2; exit 3"];
  const done = await commands.handle({ ...NOW, command: { argv, input: "right\n" } });
  expect(done).toMatchObject({ kind: "done", id: 1, code: 3 });
  expect(done.output.split("\n").toSorted()).toEqual(["", "right", "wrong"]);
  expect(BigInt(done.toNs)).toBeGreaterThan(BigInt(done.fromNs));
});

test("a command is run at its time, not before", async () => {
  const atNs = process.hrtime.bigint() + 60_000_000n;
  const { fromNs } = await new Commands().handle({
    ...NOW,
    atNs: atNs.toString(),
    command: { argv: ["true"] },
  });
  expect(BigInt(fromNs)).toBeGreaterThanOrEqual(atNs);
});

test("a program that is not there is an error that names it, and one that does not read is none", async () => {
  const commands = new Commands();
  const missing = commands.handle({ ...NOW, command: { argv: ["evenkeel-nothing"] } });
  await expect(missing).rejects.toThrow(/evenkeel-nothing/);
  const input = "x".repeat(1_000_000);
  const { code } = await commands.handle({ ...NOW, command: { argv: ["true"], input } });
  expect(code).toBe(0);
});

test("what is not undone is undone at the end, in reverse order, and only once", async () => {
  const commands = new Commands();
  const doing = (word: string) =>
    commands.handle({
      ...NOW,
      command: write(word),
      undo: { key: word, command: write(`no ${word}`) },
    });
  for (const word of ["one", "two", "three"]) await doing(word);
  await commands.handle({ id: 2, kind: "undo", key: "two" });
  await commands.undoAll();
  await commands.undoAll();
  expect(written()).toEqual(["one", "two", "three", "no two", "no three", "no one"]);
  await expect(commands.handle({ id: 3, kind: "undo", key: "one" })).rejects.toThrow(
    /Nothing is known that undoes one/,
  );
});

test("what failed to be done or undone is still undone at the end", async () => {
  const commands = new Commands();
  const failing = { argv: ["false"] };
  await commands.handle({
    ...NOW,
    command: failing,
    undo: { key: "half", command: write("undone") },
  });
  await commands.handle({ ...NOW, command: failing, undo: { key: "bad", command: failing } });
  const { code } = await commands.handle({ id: 2, kind: "undo", key: "bad" });
  expect(code).toBe(1);
  await commands.undoAll();
  expect(written()).toEqual(["undone"]);
});
