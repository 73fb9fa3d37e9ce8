import type { Socket } from "node:net";

/** Up to here copying bytes into text is cheaper than a buffer of its own in the write. */
const INLINE_BYTES = 4 * 1024;

/**
 * Writes one request to a connection, its body framed anew. What comes together is written
 * together, so that a body of tiny chunks costs no system call for each.
 */
export class RequestRelay {
  readonly #socket: Socket;
  readonly #chunked: boolean;
  /** Text for the backend that was not written yet. */
  #text: string;
  #corked = false;
  /** Whether any byte of the body was taken. */
  bodyBegun = false;

  /** @param chunked whether the body goes out in chunks */
  constructor(socket: Socket, head: string, chunked: boolean) {
    this.#socket = socket;
    this.#chunked = chunked;
    this.#text = head;
  }

  /** Takes bytes of the body; they may be used until they are written. */
  data(bytes: Buffer): void {
    this.bodyBegun = true;
    if (this.#chunked) this.#text += `${bytes.length.toString(16)}\r\n`;
    if (bytes.length <= INLINE_BYTES) this.#text += bytes.toString("latin1");
    else {
      if (!this.#corked) this.#socket.cork();
      this.#corked = true;
      this.#writeText();
      this.#socket.write(bytes);
    }
    if (this.#chunked) this.#text += "\r\n";
  }

  /** The body is whole. */
  end(): void {
    if (this.#chunked) this.#text += "0\r\n\r\n";
    this.flush();
  }

  /** Writes out what was held together. */
  flush(): void {
    this.#writeText();
    if (this.#corked) this.#socket.uncork();
    this.#corked = false;
  }

  #writeText(): void {
    if (this.#text === "") return;
    this.#socket.write(this.#text, "latin1");
    this.#text = "";
  }
}
