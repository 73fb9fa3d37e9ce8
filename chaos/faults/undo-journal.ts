import { appendFile, open, readFile, type FileHandle } from "node:fs/promises";
import { FaultError, type PendingIntent, type UndoIntent, type UndoJournal } from "./fault.ts";

/** One line of the journal file. */
export type JournalLine =
  | ({ readonly state: "intent"; readonly id: number; readonly monotonicNs: string } & UndoIntent)
  | { readonly state: "done"; readonly id: number; readonly monotonicNs: string };

/**
 * The write-ahead journal of what must be undone: the intent is on disk before anything is touched,
 * so whatever dies, a later process knows.
 */
export class UndoJournalFile implements UndoJournal, AsyncDisposable {
  readonly #file: FileHandle;
  readonly #open = new Set<number>();
  /** Those of them that hold something of their target. */
  readonly #holders = new Map<number, UndoIntent>();
  #nextId = 1;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Opens the file for appending; makes it when it is not there. */
  static async open(path: string): Promise<UndoJournalFile> {
    return new UndoJournalFile(await open(path, "a"));
  }

  /** How many intents are not done. */
  get pending(): number {
    return this.#open.size;
  }

  async intend(intent: UndoIntent): Promise<PendingIntent> {
    const { target, holds } = intent;
    const holder = [...this.#holders.values()].find(
      (other) => other.holds === holds && other.target === target,
    );
    if (holder !== undefined) {
      throw new FaultError(
        `${target} has the fault "${holder.fault}", which leaves no room for "${intent.fault}"`,
        "Heal that one first.",
      );
    }
    const id = this.#nextId;
    this.#nextId += 1;
    this.#open.add(id);
    if (holds !== undefined) this.#holders.set(id, intent);
    await this.#append({ state: "intent", id, monotonicNs: now(), ...intent });
    return {
      done: async () => {
        this.#holders.delete(id);
        if (!this.#open.delete(id)) return;
        if (intent.restarts === true) this.#forget(target);
        await this.#append({ state: "done", id, monotonicNs: now() });
      },
      letGo: () => void this.#holders.delete(id),
    };
  }

  /**
   * Marks everything done: called once the lab that held all of it has ended, which undoes it more
   * thoroughly than any heal.
   */
  async allGone(): Promise<void> {
    for (const id of this.#open) await this.#append({ state: "done", id, monotonicNs: now() });
    this.#open.clear();
    this.#holders.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#file.close();
  }

  /** A target has started anew: of what it was, nothing is held. */
  #forget(target: string): void {
    for (const [id, holder] of this.#holders)
      if (holder.target === target) this.#holders.delete(id);
  }

  async #append(line: JournalLine): Promise<void> {
    await this.#file.write(`${JSON.stringify(line)}\n`);
    await this.#file.datasync();
  }
}

/** Ids of the intents in a journal's text that are not done. */
export function pendingIntents(text: string): readonly number[] {
  const pending = new Set<number>();
  for (const line of text.split("\n")) {
    const read = journalLineOf(line);
    if (read?.state === "intent") pending.add(read.id);
    else if (read !== null) pending.delete(read.id);
  }
  return [...pending];
}

/**
 * Marks everything done in the journal of a runner that has died: called once all of it is undone. A
 * journal that is not there holds nothing.
 */
export async function closeJournal(path: string): Promise<void> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const lines = pendingIntents(text).map((id) => {
    const line: JournalLine = { state: "done", id, monotonicNs: now() };
    return `${JSON.stringify(line)}\n`;
  });
  // The runner may have died in the middle of a line.
  const begin = text === "" || text.endsWith("\n") ? "" : "\n";
  if (lines.length > 0) await appendFile(path, begin + lines.join(""));
}

/** A line of a journal; null for one that was cut short. */
function journalLineOf(line: string): JournalLine | null {
  try {
    return line === "" ? null : (JSON.parse(line) as JournalLine);
  } catch {
    return null;
  }
}

function now(): string {
  return process.hrtime.bigint().toString();
}
