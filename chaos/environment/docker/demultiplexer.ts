import { StringDecoder } from "node:string_decoder";
import { LineSplitter } from "../lines.ts";

/** Bytes before every piece: the stream's number, three zeros, the length. */
const HEADER_BYTES = 8;
const STDERR = 2;

type Stream = "stdout" | "stderr";

/**
 * Takes apart what the engine sends of a container without a terminal: pieces of standard output and
 * standard error one after another, each behind a header.
 *
 * @see https://docs.docker.com/reference/api/engine/ "Attach to a container", stream format
 */
export class Demultiplexer {
  readonly #lines: Readonly<Record<Stream, LineSplitter>>;
  readonly #decoders = { stdout: new StringDecoder("utf8"), stderr: new StringDecoder("utf8") };
  #rest: Buffer = Buffer.alloc(0);

  constructor(onLine: (stream: Stream, line: string) => void) {
    this.#lines = {
      stdout: new LineSplitter((line) => onLine("stdout", line)),
      stderr: new LineSplitter((line) => onLine("stderr", line)),
    };
  }

  /** Takes bytes as they arrive. */
  push(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (bytes.length - at >= HEADER_BYTES) {
      const end = at + HEADER_BYTES + bytes.readUInt32BE(at + 4);
      if (end > bytes.length) break;
      const stream = bytes[at] === STDERR ? "stderr" : "stdout";
      const piece = bytes.subarray(at + HEADER_BYTES, end);
      this.#lines[stream].push(this.#decoders[stream].write(piece));
      at = end;
    }
    this.#rest = bytes.subarray(at);
  }

  /** Delivers what is left without a line feed. */
  end(): void {
    for (const stream of ["stdout", "stderr"] as const) {
      this.#lines[stream].push(this.#decoders[stream].end());
      this.#lines[stream].end();
    }
  }
}
