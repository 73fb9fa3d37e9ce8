import { appendFile, mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { constants, gunzipSync, gzipSync } from "node:zlib";
import { z } from "zod";
import { problemsOf, type EventLine } from "../../balancer/index.ts";
import type { ProbeRecord } from "../measurement/probe.ts";
import {
  eventsUnreadable,
  fileUnreadable,
  notARunFolder,
  otherSchema,
  probesUnreadable,
  recordMalformed,
  recordUnreadable,
  runFolderExists,
  type RunFolderError,
} from "./errors.ts";
import { runRecordSchema } from "./record-schema.ts";
import { RECORD_SCHEMA, type RunRecord } from "./record.ts";

/**
 * The folder of a run: `run.json`, `events.ndjson`, `probes.ndjson.gz`. The record is replaced as
 * a whole, the streams only grow, so a crash leaves at worst a torn last line.
 */

/** An event and the trial in which it was seen. */
export type TrialEvent = EventLine & { readonly trial: number };

/** A probe, the trial in which it was sent, and by which load. */
export type TrialProbe = ProbeRecord & {
  readonly trial: number;
  /** Id of the load beside the main one that sent it; absent of the main load. */
  readonly load?: string;
};

/** Everything a report is rendered from. Line n of a stream is element n − 1. */
export interface LoadedRun {
  readonly record: RunRecord;
  readonly events: readonly TrialEvent[];
  readonly probes: readonly TrialProbe[];
  /** What is missing from the folder, in sentences for the reader of the report. */
  readonly notes: readonly string[];
}

const RECORD_FILE = "run.json";
const EVENTS_FILE = "events.ndjson";
const PROBES_FILE = "probes.ndjson.gz";

/**
 * The id of a run, which is also its folder's name: `20260102T030405Z-vip-moves-42`.
 *
 * @param startedAt wall clock, a label only
 */
export function runId(scenarioId: string, seed: number, startedAt: Date): string {
  const stamp = startedAt.toISOString().replace(/[-:]/g, "").replace(/\.\d+/, "");
  return `${stamp}-${scenarioId}-${seed}`;
}

/**
 * Makes the folder of a new run with its first record.
 *
 * @throws RunFolderError `run_folder_exists`
 */
export async function createRun(dir: string, record: RunRecord): Promise<void> {
  await mkdir(dir, { recursive: true });
  if (existsSync(join(dir, RECORD_FILE))) throw runFolderExists(dir);
  await updateRun(dir, record);
}

/** Replaces the record as a whole: a reader sees the old one or the new one, never a part. */
export async function updateRun(dir: string, record: RunRecord): Promise<void> {
  const path = join(dir, RECORD_FILE);
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(record, null, 2)}\n`, { flush: true });
  await rename(temporary, path);
}

/** Adds the events of one trial, in the order given. */
export async function appendEvents(
  dir: string,
  trial: number,
  events: readonly EventLine[],
): Promise<void> {
  await appendFile(join(dir, EVENTS_FILE), lines(trial, events));
}

/**
 * Adds the probes of one trial as a gzip member of its own, so that earlier ones stay readable.
 *
 * @param alongside those of the loads beside the main one, by their ids. @default none
 */
export async function appendProbes(
  dir: string,
  trial: number,
  probes: readonly ProbeRecord[],
  alongside: Readonly<Record<string, readonly ProbeRecord[]>> = {},
): Promise<void> {
  const all = [
    lines(trial, probes),
    ...Object.entries(alongside).map(([load, its]) =>
      lines(
        trial,
        its.map((probe) => ({ load, ...probe })),
      ),
    ),
  ].join("");
  if (all === "") return;
  await appendFile(join(dir, PROBES_FILE), gzipSync(all));
}

function lines(trial: number, values: readonly object[]): string {
  return values.map((value) => `${JSON.stringify({ trial, ...value })}\n`).join("");
}

/**
 * Reads a run from its folder or from the path of its `run.json`.
 *
 * A run that ended early may have torn streams: what is whole is read and the rest is told in
 * `notes`. In a run that finished they are errors.
 *
 * @throws RunFolderError that names the file and what is wrong with it
 */
export async function readRun(dirOrFile: string): Promise<LoadedRun> {
  const dir = basename(dirOrFile) === RECORD_FILE ? dirname(dirOrFile) : dirOrFile;
  const record = await readRecord(dir);
  const endedEarly = record.status === "running" || record.verdict === "aborted";
  const notes: string[] = [];
  const tolerate = (error: RunFolderError): void => {
    if (!endedEarly) throw error;
    notes.push(error.message);
  };

  const eventsPath = join(dir, EVENTS_FILE);
  const probesPath = join(dir, PROBES_FILE);
  const events = await contentOf(eventsPath);
  const probes = await contentOf(probesPath);
  if (record.trials.length > 0) {
    if (events === null) notes.push(`${EVENTS_FILE} is not in the folder: lanes are left out.`);
    if (probes === null) notes.push(`${PROBES_FILE} is not in the folder: probes are left out.`);
  }
  return {
    record,
    events: parseLines<TrialEvent>(events?.toString("utf8") ?? "", (why, cause) =>
      tolerate(eventsUnreadable(eventsPath, why, cause)),
    ),
    probes: parseLines<TrialProbe>(
      probes === null
        ? ""
        : unzip(probes, (why, cause) => tolerate(probesUnreadable(probesPath, why, cause))),
      (why, cause) => tolerate(probesUnreadable(probesPath, why, cause)),
    ),
    notes,
  };
}

async function readRecord(dir: string): Promise<RunRecord> {
  const path = join(dir, RECORD_FILE);
  const content = await contentOf(path);
  if (content === null) throw notARunFolder(dir);
  let value: unknown;
  try {
    value = JSON.parse(content.toString("utf8"));
  } catch (cause) {
    throw recordUnreadable(path, `its ${content.length} bytes are not complete JSON`, cause);
  }
  const schema = z.looseObject({ schema: z.unknown() }).safeParse(value).data?.schema;
  if (schema !== RECORD_SCHEMA) throw otherSchema(path, schema, RECORD_SCHEMA);
  const checked = runRecordSchema.safeParse(value);
  if (!checked.success) throw recordMalformed(path, problemsOf(checked.error, value));
  // The topology with what is left out when it is as usual; the rest as it was written.
  return { ...(value as RunRecord), topology: checked.data.topology };
}

async function contentOf(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    const unread = error as NodeJS.ErrnoException;
    if (unread.code === "ENOENT" || unread.code === "ENOTDIR") return null;
    throw fileUnreadable(path, unread);
  }
}

type Complain = (why: string, cause?: unknown) => void;

function parseLines<T>(text: string, complain: Complain): T[] {
  const parsed: T[] = [];
  const all = text.split("\n");
  if (all.at(-1) === "") all.pop();
  else complain(`line ${all.length} does not end`);
  for (const [index, line] of all.entries()) {
    try {
      parsed.push(JSON.parse(line) as T);
    } catch (cause) {
      // References are line numbers, so nothing after a bad line may move up.
      if (index < all.length - 1 || text.endsWith("\n"))
        complain(`line ${index + 1} is not JSON`, cause);
      break;
    }
  }
  return parsed;
}

function unzip(content: Buffer, complain: Complain): string {
  try {
    return gunzipSync(content).toString("utf8");
  } catch (cause) {
    complain("its compressed data is damaged or ends early", cause);
    return wholeLines(content);
  }
}

/** What was flushed before a cut is still good, up to its last whole line; nothing when it is damaged. */
function wholeLines(content: Buffer): string {
  try {
    const partial = gunzipSync(content, { finishFlush: constants.Z_SYNC_FLUSH }).toString("utf8");
    return partial.slice(0, partial.lastIndexOf("\n") + 1);
  } catch {
    return "";
  }
}

/** A run that was closed because its runner is gone. */
export interface ClosedRun {
  readonly id: string;
  readonly dir: string;
}

/**
 * Closes, as aborted, every run below `runsDir` that says it is running while its runner is not
 * alive. Folders that are no runs are left alone.
 *
 * @param isAlive whether a process exists; `/proc` by default
 */
export async function closeUnfinished(
  runsDir: string,
  isAlive: (pid: number) => boolean = (pid) => existsSync(`/proc/${pid}`),
): Promise<readonly ClosedRun[]> {
  const closed: ClosedRun[] = [];
  const entries = existsSync(runsDir) ? (await readdir(runsDir)).toSorted() : [];
  for (const entry of entries) {
    const dir = join(runsDir, entry);
    // Null: removed meanwhile, or a link that leads nowhere.
    const found = await stat(dir).catch(() => null);
    if (found?.isDirectory() !== true) continue;
    const record = await readRecord(dir).catch(() => null);
    if (record === null || record.status !== "running" || isAlive(record.runnerPid)) continue;
    await updateRun(dir, {
      ...record,
      status: "finished",
      verdict: "aborted",
      exitCode: 130,
      reasons: [...record.reasons, "the runner died"],
    });
    closed.push({ id: record.id, dir });
  }
  return closed;
}
