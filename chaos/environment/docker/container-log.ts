import type { Readable } from "node:stream";
import { Demultiplexer } from "./demultiplexer.ts";
import type { Engine } from "./engine.ts";

/**
 * What a container has written since some time, and what it writes from now on, line by line. The engine
 * keeps what earlier lives of the container wrote as well.
 */
export class ContainerLog {
  /** The lines so far. A last one without its line feed is not over: it comes, whole, when followed. */
  readonly past: readonly string[];
  readonly #follow: () => Promise<NodeJS.ReadableStream>;
  readonly #ended = Promise.withResolvers<void>();
  #stream: NodeJS.ReadableStream | undefined;

  private constructor(past: readonly string[], follow: () => Promise<NodeJS.ReadableStream>) {
    this.past = past;
    this.#follow = follow;
  }

  /** @param since a time as the engine tells times: RFC 3339 with nanoseconds */
  static async open(engine: Engine, containerId: string, since: string): Promise<ContainerLog> {
    const from = sinceOf(since);
    const past: string[] = [];
    const lines = new Demultiplexer((_, line) => past.push(line));
    lines.push(await engine.logs(containerId, from, false));
    return new ContainerLog(past, () => engine.logs(containerId, from, true));
  }

  /** Resolves when the container has ended, or the engine, or `close` was called. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Calls back for each line after `past`. */
  async follow(onLine: (line: string) => void): Promise<void> {
    const stream = await this.#follow();
    this.#stream = stream;
    // Followed from the start as well, so that none is lost between the two; those are passed over.
    let known = this.past.length;
    const lines = new Demultiplexer((_, line) => {
      if (known > 0) known -= 1;
      else onLine(line);
    });
    const finish = (): void => {
      lines.end();
      this.#ended.resolve();
    };
    stream.on("data", (chunk: Buffer) => lines.push(chunk));
    stream.once("end", finish);
    stream.once("close", finish);
    stream.once("error", finish);
  }

  /** Stops reading. */
  close(): void {
    const stream = this.#stream;
    if (stream !== undefined && "destroy" in stream) (stream as Readable).destroy();
  }
}

/** The engine's time as it takes it for "since": seconds since the epoch with nanoseconds. */
export function sinceOf(time: string): string {
  const ns = epochNs(time);
  return ns <= 0n
    ? "0"
    : `${ns / 1_000_000_000n}.${(ns % 1_000_000_000n).toString().padStart(9, "0")}`;
}

/** Nanoseconds since the epoch of a time as the engine tells it; below 0 for a container that never ended. */
export function epochNs(time: string): bigint {
  const fraction = /\.(\d+)/.exec(time)?.[1] ?? "";
  const seconds = Math.floor(Date.parse(time) / 1_000);
  return BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, "0").slice(0, 9));
}
