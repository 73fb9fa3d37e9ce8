import { createWriteStream, type WriteStream } from "node:fs";

/** One finished request. */
export interface AccessRecord {
  /** CLOCK_MONOTONIC at the first byte of the request, in nanoseconds, as a decimal string. */
  readonly monotonicNs: string;
  /** Id of the listener that took it. */
  readonly listener: string;
  /** Address and port of the peer. */
  readonly client: string;
  /** As received; empty when the request line was refused. */
  readonly method: string;
  readonly target: string;
  /** Status sent to the client; 499 when it left before one was sent. */
  readonly status: number;
  /** Id of the backend that answered or failed last; empty when none was picked. */
  readonly backend: string;
  readonly durationMs: number;
  /** Bytes of the response body sent to the client. */
  readonly bytes: number;
  /** Further tries after the first one. */
  readonly retries: number;
  /** Why the balancer answered by itself or broke off; absent otherwise. */
  readonly reason?: string;
  /** A backend was picked while its pool was in panic; absent otherwise. */
  readonly panic?: true;
  /** The request header `x-evenkeel-seq`. */
  readonly seq?: string;
  /** The request header `x-evenkeel-run`. */
  readonly run?: string;
}

/** Receives finished requests; never throws and never waits. */
export interface AccessLog {
  write(record: AccessRecord): void;
  /** Writes out what is held and closes. Idempotent. */
  close(): Promise<void>;
  /** Lines lost because the file could not keep up, or could not be written at all. */
  readonly dropped: number;
}

/** How a file access log buffers. */
export interface AccessLogOptions {
  /** Longest time a line waits in memory, in milliseconds. @default 50 */
  readonly flushIntervalMs?: number;
  /** Text held at most, waiting or being written; lines beyond it are dropped and counted. @default 8 MiB */
  readonly maximumBytes?: number;
}

const FLUSH_AT_CHARACTERS = 64 * 1024;

/**
 * An access log that appends one JSON line a request to a file.
 *
 * @param onError told once when the file cannot be opened or written; from then on lines are dropped
 */
export function openAccessLog(
  path: string,
  onError: (error: Error) => void,
  options: AccessLogOptions = {},
): AccessLog {
  return new FileAccessLog(path, onError, options);
}

class FileAccessLog implements AccessLog {
  readonly #stream: WriteStream;
  readonly #maximumBytes: number;
  readonly #timer: NodeJS.Timeout;
  #held = "";
  #broken = false;
  #closing: Promise<void> | null = null;
  dropped = 0;

  constructor(path: string, onError: (error: Error) => void, options: AccessLogOptions) {
    this.#maximumBytes = options.maximumBytes ?? 8 * 1024 * 1024;
    this.#stream = createWriteStream(path, { flags: "a" });
    this.#stream.on("error", (cause) => {
      if (this.#broken) return;
      this.#broken = true;
      onError(
        new Error(
          `The access log ${path} cannot be written: ${cause.message}. Check that its folder exists and is writable, or leave telemetry.accessLog out.`,
          { cause },
        ),
      );
    });
    this.#timer = setInterval(() => this.#flush(), options.flushIntervalMs ?? 50);
    this.#timer.unref();
  }

  write(record: AccessRecord): void {
    if (this.#broken || this.#stream.writableLength + this.#held.length >= this.#maximumBytes) {
      this.dropped += 1;
      return;
    }
    // JSON escapes every control character, so a hostile target stays inside its line.
    this.#held += `${JSON.stringify(record)}\n`;
    if (this.#held.length >= FLUSH_AT_CHARACTERS) this.#flush();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer);
    this.#flush();
    if (this.#broken) return;
    await new Promise<void>((resolve) => {
      this.#stream.once("close", resolve);
      this.#stream.end();
    });
  }

  #flush(): void {
    if (this.#held === "" || this.#broken) return;
    this.#stream.write(this.#held);
    this.#held = "";
  }
}
