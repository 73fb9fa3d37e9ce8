import { ChunkedReader } from "./chunked-reader.ts";
import { refuse, type Refusal } from "./refusal.ts";
import type { Framing } from "./request.ts";
import type { SectionLimits } from "./section-reader.ts";

/** Finds the bytes of a body in a stream of bytes, and its end. One object serves a connection. */
export class BodyReader {
  readonly #limits: SectionLimits;
  readonly #maximumBytes: number;
  #framing: Framing = "none";
  #left = 0;
  #chunked: ChunkedReader | null = null;
  /** After a `step`: the body bytes that it found, as offsets into its buffer. */
  dataStart = 0;
  dataEnd = 0;
  /** Body bytes found so far. */
  bytes = 0;
  done = true;
  refusal: Refusal | null = null;

  /** @param maximumBytes largest body that passes, whatever its framing */
  constructor(limits: SectionLimits, maximumBytes: number) {
    this.#limits = limits;
    this.#maximumBytes = maximumBytes;
  }

  /** Begins a body; `length` matters for the framing of that name only. */
  begin(framing: Framing, length: number): void {
    this.#framing = framing;
    this.#left = length;
    this.bytes = 0;
    this.refusal = null;
    this.done = framing === "none" || (framing === "length" && length === 0);
    if (framing !== "chunked") return;
    if (this.#chunked === null) this.#chunked = new ChunkedReader(this.#limits);
    else this.#chunked.reset();
  }

  /** Reads on until it has found data, is done, has refused or is out of bytes; returns where it stopped. */
  step(buffer: Buffer, from: number): number {
    let next: number;
    if (this.#framing === "chunked" && this.#chunked !== null) {
      const chunked = this.#chunked;
      next = chunked.step(buffer, from);
      this.dataStart = chunked.dataStart;
      this.dataEnd = chunked.dataEnd;
      this.done = chunked.done;
      this.refusal = chunked.refusal;
    } else {
      next =
        this.#framing === "length" ? Math.min(buffer.length, from + this.#left) : buffer.length;
      this.dataStart = from;
      this.dataEnd = next;
      if (this.#framing === "length") {
        this.#left -= next - from;
        this.done = this.#left === 0;
      }
    }
    this.bytes += this.dataEnd - this.dataStart;
    if (this.bytes > this.#maximumBytes) this.refusal ??= refuse("body-too-large");
    return next;
  }

  /** The stream ended: whether that ends this body, as close-delimiting does, RFC 9112 §6.3. */
  end(): boolean {
    if (this.#framing === "close") this.done = true;
    return this.done;
  }
}
