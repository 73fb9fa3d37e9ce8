import type { IncomingMessage, ServerResponse } from "node:http";
import { numberOf, queryOf, type Answer } from "./answer.ts";

const EVERY_MS = 50;
const MOST_EVERY_MS = 60_000;

/**
 * `GET /stream?everyMs=50`: an event stream of numbers from 1 on (`data: 1`), one at once and then one in
 * every interval, until the client leaves or the application stops. A client that takes nothing gets none
 * meanwhile, and misses none. Streams are no work: they take no worker.
 */
export class Streams {
  readonly #open = new Set<() => void>();
  #ended = false;

  /** Begins a stream. @returns what is wrong with the request, null when the stream has begun */
  begin(
    request: IncomingMessage,
    response: ServerResponse,
    headers: Readonly<Record<string, string>>,
  ): Answer | null {
    if (request.method !== "GET") {
      return { status: 405, body: { error: "use GET" }, headers: { allow: "GET" } };
    }
    if (this.#ended) return { status: 503, body: { error: "stopping" } };
    // A client that has left closes nothing any more: there would be no end of it.
    if (response.destroyed || response.closed) return null;
    const everyMs = numberOf(queryOf(request).get("everyMs") ?? String(EVERY_MS));
    if (everyMs === null || everyMs < 1 || everyMs > MOST_EVERY_MS) {
      const error = `everyMs is no whole number from 1 to ${MOST_EVERY_MS}`;
      return { status: 400, body: { error } };
    }
    // Its connection has not gone idle when the application stops, and has nothing to stay for.
    response.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      connection: "close",
      ...headers,
    });
    let next = 1;
    const write = () => {
      if (response.writableNeedDrain) return;
      response.write(`data: ${next}\n\n`);
      next += 1;
    };
    write();
    const timer = setInterval(write, everyMs);
    const end = () => {
      clearInterval(timer);
      this.#open.delete(end);
      response.end();
    };
    this.#open.add(end);
    response.once("close", () => {
      clearInterval(timer);
      this.#open.delete(end);
    });
    return null;
  }

  /** Ends all streams, each with its last chunk, and begins no more. */
  end(): void {
    this.#ended = true;
    for (const end of this.#open) end();
  }
}
