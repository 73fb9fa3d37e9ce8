/** Bytes in a configuration: text, sent and sought as UTF-8, or hexadecimal digits. */
export type ConfiguredBytes = string | { readonly hex: string };

/** What is written in the configuration, as bytes. */
export function bytesOf(configured: ConfiguredBytes): Buffer {
  return typeof configured === "string"
    ? Buffer.from(configured)
    : Buffer.from(configured.hex, "hex");
}

/** Of an answer's content so much is searched; what comes later is not looked at. */
export const SEARCHED_BYTES = 64 * 1024;

/** Looks for bytes in a stream of them, however it is cut. Keeps no more than what it looks for. */
export class ByteSearch {
  readonly #sought: Buffer;
  #tail: Buffer = Buffer.alloc(0);
  #left = SEARCHED_BYTES;

  constructor(sought: Buffer) {
    this.#sought = sought;
  }

  /** Whether they were found up to here, may still come, or are missing in all that is searched. */
  take(chunk: Buffer): "found" | "more" | "missing" {
    const searched = chunk.subarray(0, this.#left);
    this.#left -= searched.length;
    const bytes = Buffer.concat([this.#tail, searched]);
    if (bytes.includes(this.#sought)) return "found";
    const kept = this.#sought.length - 1;
    this.#tail = kept === 0 ? Buffer.alloc(0) : bytes.subarray(-kept);
    return this.#left === 0 ? "missing" : "more";
  }
}
