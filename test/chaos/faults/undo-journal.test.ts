import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  closeJournal,
  UndoJournalFile,
  type JournalLine,
} from "../../../chaos/faults/undo-journal.ts";

let directory = "";
let path = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "evenkeel-journal-"));
  path = join(directory, "undo.ndjson");
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const INTENT = { fault: "kill", target: "app-1", undo: "start node app-1" };
const written = (): JournalLine[] =>
  readFileSync(path, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as JournalLine);
const states = (): string[] => written().map(({ id, state }) => `${id} ${state}`);

test("an intent is in the file when it was intended, with all that a later process needs", async () => {
  const before = process.hrtime.bigint();
  await using journal = await UndoJournalFile.open(path);
  await journal.intend(INTENT);
  const [line] = written();
  expect(line).toMatchObject({ state: "intent", id: 1, ...INTENT });
  expect(BigInt(line?.monotonicNs ?? 0)).toBeGreaterThan(before);
  expect(journal.pending).toBe(1);
});

test("what is done is done once, whatever the order", async () => {
  await using journal = await UndoJournalFile.open(path);
  const first = await journal.intend(INTENT);
  const second = await journal.intend({ ...INTENT, target: "app-2" });
  await first.done();
  await first.done();
  expect(journal.pending).toBe(1);
  await second.done();
  expect(states()).toEqual(["1 intent", "2 intent", "1 done", "2 done"]);
  expect(journal.pending).toBe(0);
});

test("what a target has only once is held by one fault at a time, until that is done", async () => {
  await using journal = await UndoJournalFile.open(path);
  const holding = (holds: string, target = "app-1", fault = "kill") =>
    journal.intend({ fault, target, undo: `start node ${target}`, holds });
  const first = await holding("processes");
  await expect(holding("processes", "app-1", "stop")).rejects.toThrow(
    'app-1 has the fault "kill", which leaves no room for "stop". Heal that one first.',
  );
  await holding("processes", "app-2");
  await holding("network");
  await journal.intend(INTENT);
  // The refused one is not in the file: nothing of it has to be undone.
  expect(states()).toEqual(["1 intent", "2 intent", "3 intent", "4 intent"]);
  await first.done();
  await holding("processes");
  await journal.allGone();
  await holding("processes");
});

test("what could not be undone stays open and holds nothing, and a new start frees all of its target", async () => {
  await using journal = await UndoJournalFile.open(path);
  const stuck = await journal.intend({ ...INTENT, holds: "behaviour" });
  stuck.letGo();
  await journal.intend({ ...INTENT, holds: "behaviour" });
  await journal.intend({ ...INTENT, target: "app-2", holds: "behaviour" });
  const killed = await journal.intend({ ...INTENT, holds: "processes", restarts: true });
  await killed.done();
  expect(journal.pending).toBe(3);
  await journal.intend({ ...INTENT, holds: "behaviour" });
  const other = journal.intend({ ...INTENT, target: "app-2", holds: "behaviour" });
  await expect(other).rejects.toThrow("leaves no room");
});

test("when the lab has ended, everything that was open is done", async () => {
  await using journal = await UndoJournalFile.open(path);
  const first = await journal.intend(INTENT);
  await journal.intend(INTENT);
  await first.done();
  await journal.allGone();
  await journal.allGone();
  expect(states()).toEqual(["1 intent", "2 intent", "1 done", "2 done"]);
  expect(journal.pending).toBe(0);
});

test("a journal that is opened again keeps what is in it", async () => {
  {
    await using journal = await UndoJournalFile.open(path);
    await journal.intend(INTENT);
  }
  await using journal = await UndoJournalFile.open(path);
  await journal.intend({ ...INTENT, target: "app-2" });
  expect(written()).toHaveLength(2);
});

test("a journal that cannot be written to is an error, not a fault without an intent", async () => {
  const journal = await UndoJournalFile.open(path);
  await journal[Symbol.asyncDispose]();
  await expect(journal.intend(INTENT)).rejects.toThrow(/closed/);
  await expect(UndoJournalFile.open(join(directory, "no", "folder"))).rejects.toThrow(/ENOENT/);
});

test("whoever undid what a dead runner had begun closes its journal, even one cut short in a line", async () => {
  {
    await using journal = await UndoJournalFile.open(path);
    const first = await journal.intend(INTENT);
    await journal.intend(INTENT);
    await first.done();
  }
  appendFileSync(path, '{"state":"inte');
  await closeJournal(path);
  const lines = readFileSync(path, "utf8").split("\n");
  expect(JSON.parse(lines.at(-2) ?? "")).toMatchObject({ state: "done", id: 2 });
  const closed = readFileSync(path, "utf8");
  await closeJournal(path);
  expect(readFileSync(path, "utf8")).toBe(closed);
  await closeJournal(join(directory, "not-there"));
});
