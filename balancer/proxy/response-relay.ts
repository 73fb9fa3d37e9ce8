import type { Socket } from "node:net";
import { refuse, isRefusal, type Refusal } from "../protocol/refusal.ts";
import type { RequestHead } from "../protocol/request.ts";
import { interpretResponse, type ResponseHead } from "../protocol/response.ts";
import {
  writeInterimHead,
  writeResponseHead,
  type ClientFraming,
} from "../protocol/response-writer.ts";
import { NEEDS_MORE, REFUSED } from "../protocol/section-reader.ts";
import type { UpstreamConnection } from "../upstream/upstream-connection.ts";
import type { HttpContext } from "./http-context.ts";

const INTERIM_MAXIMUM = 8;
/** Up to here copying bytes into the head's text is cheaper than a second buffer in the write. */
const INLINE_BYTES = 4 * 1024;

/** How far a response has come. */
export type RelayProgress = "more" | "done" | Refusal;

/** Reads one response from an upstream connection and writes it, framed anew, to the client. */
export class ResponseRelay {
  readonly #request: RequestHead;
  readonly #client: Socket;
  readonly #context: HttpContext;
  #interim = 0;
  #framing: ClientFraming = "none";
  /** Text for the client that was not written yet. */
  #text = "";
  /** The final head, once it was accepted. */
  head: ResponseHead | null = null;
  /** Whether the client was told to send its body. */
  continued = false;
  /** Whether any of the final response was written to the client. */
  begun = false;
  /** Whether the client's connection may serve again after this response; decided with the head. */
  keepAlive = false;
  /** Whether bytes came after the end of the response. */
  extraBytes = false;

  constructor(request: RequestHead, client: Socket, context: HttpContext) {
    this.#request = request;
    this.#client = client;
    this.#context = context;
  }

  /**
   * Takes bytes of the backend.
   *
   * @param persists whether the request and the client allow the client's connection to stay
   */
  take(upstream: UpstreamConnection, chunk: Buffer, persists: boolean): RelayProgress {
    let at = 0;
    while (this.head === null) {
      at = upstream.section.feed(chunk, at);
      if (at === NEEDS_MORE) return "more";
      if (at === REFUSED) return upstream.section.refusal ?? refuse("status-line");
      const head = interpretResponse(upstream.statusLine, upstream.section, this.#request.method);
      if (isRefusal(head)) return head;
      if (head.status >= 200) {
        this.#begin(upstream, head, persists);
        break;
      }
      this.#interim += 1;
      if (this.#interim > INTERIM_MAXIMUM) return refuse("too-many-interim");
      this.#relayInterim(head);
      upstream.section.reset();
    }
    const large = chunk.length - at > INLINE_BYTES;
    if (large) this.#client.cork();
    const refusal = this.#relayBody(upstream, chunk, at);
    if (refusal !== null) this.#text = "";
    this.#flush();
    if (large) this.#client.uncork();
    return refusal ?? (upstream.body.done ? "done" : "more");
  }

  /** The backend's stream ended cleanly: whether that ends the response too. */
  end(upstream: UpstreamConnection): boolean {
    if (this.head === null || !upstream.body.end()) return false;
    if (this.#framing === "chunked") this.#text += "0\r\n\r\n";
    this.#flush();
    return true;
  }

  #begin(upstream: UpstreamConnection, head: ResponseHead, persists: boolean): void {
    this.head = head;
    upstream.body.begin(head.framing, head.length);
    this.#framing =
      head.framing === "none" || head.framing === "length"
        ? head.framing
        : this.#request.minor === 1
          ? "chunked"
          : "close";
    this.keepAlive = persists && this.#framing !== "close";
    this.#text = writeResponseHead(head, {
      framing: this.#framing,
      keepAlive: this.keepAlive,
      minor: this.#request.minor,
      nodeId: this.#context.nodeId,
      date: head.hasDate ? "" : this.#context.dates.text(),
    });
  }

  #relayInterim(head: ResponseHead): void {
    // HTTP/1.0 knows no interim responses, and a 100 is for those who wait for it (RFC 9110 §15.2).
    if (this.#request.minor === 0) return;
    if (head.status === 100 && !this.#request.expectsContinue) return;
    if (head.status === 100) this.continued = true;
    this.#client.write(writeInterimHead(head), "latin1");
  }

  #relayBody(upstream: UpstreamConnection, chunk: Buffer, from: number): Refusal | null {
    const { body } = upstream;
    const chunked = this.#framing === "chunked";
    let at = from;
    while (at < chunk.length && !body.done) {
      at = body.step(chunk, at);
      if (body.refusal !== null) return body.refusal;
      const size = body.dataEnd - body.dataStart;
      if (size === 0) continue;
      if (chunked) this.#text += `${size.toString(16)}\r\n`;
      if (size <= INLINE_BYTES)
        this.#text += chunk.toString("latin1", body.dataStart, body.dataEnd);
      else {
        this.#flush();
        // The read buffer is used again for the next read, and this write may have to wait.
        this.#client.write(Buffer.from(chunk.subarray(body.dataStart, body.dataEnd)));
      }
      if (chunked) this.#text += "\r\n";
    }
    if (body.done && chunked) this.#text += "0\r\n\r\n";
    this.extraBytes = at < chunk.length;
    return null;
  }

  #flush(): void {
    if (this.#text === "") return;
    this.begun = true;
    this.#client.write(this.#text, "latin1");
    this.#text = "";
  }
}
