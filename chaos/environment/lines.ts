/**
 * Splits a stream of chunks into lines. A line longer than `maxLength` is delivered in pieces, so
 * that memory stays bounded whatever a program writes.
 */
export class LineSplitter {
  readonly #deliver: (line: string) => void;
  readonly #maxLength: number;
  #rest = "";

  /** @param maxLength characters, default 4 MiB */
  constructor(deliver: (line: string) => void, maxLength = 4 * 1024 * 1024) {
    this.#deliver = deliver;
    this.#maxLength = maxLength;
  }

  /** Takes decoded text as it arrives. */
  push(text: string): void {
    this.#rest += text;
    let start = 0;
    for (let end = this.#rest.indexOf("\n"); end >= 0; end = this.#rest.indexOf("\n", start)) {
      this.#deliver(this.#rest.slice(start, end));
      start = end + 1;
    }
    if (start > 0) this.#rest = this.#rest.slice(start);
    if (this.#rest.length > this.#maxLength) this.end();
  }

  /** Delivers what is left without a line feed. */
  end(): void {
    if (this.#rest === "") return;
    const line = this.#rest;
    this.#rest = "";
    this.#deliver(line);
  }
}
