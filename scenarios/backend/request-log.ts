import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { dirname } from "node:path";
import { once } from "node:events";

/** One finished request. Times are CLOCK_MONOTONIC in nanoseconds, as decimal strings. */
export interface RequestRecord {
  readonly run: string | null;
  readonly trial: number | null;
  readonly seq: number | null;
  readonly path: string;
  /** When the request's header had arrived. */
  readonly startedNs: string;
  /** When the response was handed over, or the client was seen to be gone. */
  readonly completedNs: string;
  readonly status: number;
  /** The client left before it had the response. */
  readonly aborted: boolean;
  /** Time spent waiting for a worker, in milliseconds. */
  readonly queuedMs: number;
}

/** Where finished requests are told. */
export interface RequestLog {
  write(record: RequestRecord): void;
  /** Resolves when everything is in the file. */
  close(): Promise<void>;
}

/** A log that goes nowhere. */
export const NO_LOG: RequestLog = { write() {}, close: () => Promise.resolve() };

/** Appends one JSON line a request; makes the folder. */
export function openRequestLog(path: string): RequestLog {
  mkdirSync(dirname(path), { recursive: true });
  const file: WriteStream = createWriteStream(path, { flags: "a" });
  return {
    write: (record) => void file.write(`${JSON.stringify(record)}\n`),
    close: async () => {
      file.end();
      await once(file, "close");
    },
  };
}
