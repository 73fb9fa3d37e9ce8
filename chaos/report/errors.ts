import type { Problem } from "../../balancer/index.ts";

/** What can be wrong with a run folder. */
export type RunFolderErrorCode =
  | "run_folder_missing"
  | "run_folder_exists"
  | "run_file_unreadable"
  | "run_reports_unwritable"
  | "run_record_unreadable"
  | "run_record_malformed"
  | "run_record_other_schema"
  | "run_events_unreadable"
  | "run_probes_unreadable";

/** A run folder that cannot be read or written; the message ends with the next step. */
export class RunFolderError extends Error {
  readonly code: RunFolderErrorCode;

  constructor(code: RunFolderErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "RunFolderError";
    this.code = code;
  }
}

/** There is no `run.json` where one was asked for. */
export function notARunFolder(path: string): RunFolderError {
  return new RunFolderError(
    "run_folder_missing",
    `${path} is not a run folder: it holds no run.json. Name a folder below runs/, or its run.json.`,
  );
}

/** The folder of a new run exists already. */
export function runFolderExists(path: string): RunFolderError {
  return new RunFolderError(
    "run_folder_exists",
    `${path} holds a run already, and a run is never overwritten. Start again in a second, or with another seed.`,
  );
}

/** A file of a run is there and cannot be read: whose it is, or the disk. */
export function fileUnreadable(path: string, cause: Error): RunFolderError {
  return new RunFolderError(
    "run_file_unreadable",
    `${path} cannot be read: ${cause.message}. Copy the run to where you may read it.`,
    { cause },
  );
}

/** The reports of a run cannot be written: whose folder it is, or a disk that is full. */
export function reportsUnwritable(dir: string, cause: Error): RunFolderError {
  return new RunFolderError(
    "run_reports_unwritable",
    `The reports cannot be written to ${dir}: ${cause.message}. ` +
      `Copy the run to a folder that you may write to and that has room, or print it with --markdown or --json.`,
    { cause },
  );
}

/** `run.json` is not whole. */
export function recordUnreadable(path: string, why: string, cause?: unknown): RunFolderError {
  return new RunFolderError(
    "run_record_unreadable",
    `${path} is not a whole run record: ${why}. Copy the file again from where the run was made, or run the scenario again.`,
    { cause },
  );
}

/** `run.json` is JSON, and not a record: every place where it is not, one a line. */
export function recordMalformed(path: string, problems: readonly Problem[]): RunFolderError {
  const lines = problems.map(
    ({ path: where, message, value }) =>
      `  ${where === "" ? "(document)" : where}: ${message} (found ${value})`,
  );
  return new RunFolderError(
    "run_record_malformed",
    `${path} is not a whole run record, ${problems.length} problem${problems.length === 1 ? "" : "s"}:\n${lines.join("\n")}\n` +
      `Copy the file again from where the run was made, or run the scenario again. What a record holds: evenkeel report --schema`,
  );
}

/** `run.json` was written by another version. */
export function otherSchema(path: string, found: unknown, known: string): RunFolderError {
  return new RunFolderError(
    "run_record_other_schema",
    `${path} has the schema ${JSON.stringify(found)}, and this version reads ${JSON.stringify(known)}. ` +
      `Render it with the version that wrote it.`,
  );
}

/** `events.ndjson` is cut off or damaged. */
export function eventsUnreadable(path: string, why: string, cause?: unknown): RunFolderError {
  return new RunFolderError(
    "run_events_unreadable",
    `${path} is cut off or damaged: ${why}. Copy the file again, or remove it to render without timelines.`,
    { cause },
  );
}

/** `probes.ndjson.gz` is cut off or damaged. */
export function probesUnreadable(path: string, why: string, cause?: unknown): RunFolderError {
  return new RunFolderError(
    "run_probes_unreadable",
    `${path} is cut off or damaged: ${why}. Copy the file again, or remove it to render without probe marks.`,
    { cause },
  );
}
