import { connect, type Socket } from "node:net";
import type { Outcome } from "../probe.ts";
import type { HttpResponse } from "./http-response.ts";
import { outcomeOfError } from "./outcome.ts";

/**
 * How a request on a connection ended: with a complete response, with an outcome, or null when this
 * machine had no port or descriptor left for it.
 */
export type Ending = "complete" | Exclude<Outcome, "ok"> | null;

/** One request on a connection. */
export interface Asked {
  readonly text: string;
  /** Reads what comes. */
  readonly response: HttpResponse;
  /** Called once, unless the connection is closed from this side. */
  readonly onEnd: (ending: Ending) => void;
}

/**
 * A connection on which one request follows another:
 *
 * ```
 * connecting ──handshake──► asked ──last byte──► idle ──request──► asked
 *      └────────────────┬─────┴── close, error or giving up ──┘
 *                       ▼
 *                     closed
 * ```
 *
 * After a complete response a connection that is not kept is reset, which spares the ephemeral port its
 * TIME_WAIT; every other one is closed as an ordinary client closes it.
 */
export class Connection {
  /** Place of its address in the plan. */
  readonly place: number;
  readonly address: string;
  #phase: "connecting" | "asked" | "idle" | "closed" = "connecting";
  readonly #keep: boolean;
  readonly #socket: Socket;
  #asked: Asked;

  /** Connects, and sends the first request as soon as it has. */
  constructor(
    to: { readonly place: number; readonly address: string; readonly port: number },
    keep: boolean,
    asked: Asked,
  ) {
    this.place = to.place;
    this.address = to.address;
    this.#keep = keep;
    this.#asked = asked;
    const socket = connect({ host: to.address, port: to.port, autoSelectFamily: false });
    this.#socket = socket;
    socket.on("connect", () => {
      if (this.#phase !== "connecting") return;
      this.#phase = "asked";
      socket.write(this.#asked.text, "latin1");
    });
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("end", () => {
      // A response that was cut short is `eof` too; its status and bytes tell it apart.
      this.#fail(this.#asked.response.end() === "complete" ? "complete" : "eof");
      socket.destroy();
    });
    socket.on("error", (error: NodeJS.ErrnoException) => this.#fail(outcomeOfError(error.code)));
  }

  get isConnecting(): boolean {
    return this.#phase === "connecting";
  }

  /** Whether it can take another request. */
  get isIdle(): boolean {
    return this.#phase === "idle";
  }

  /** Sends another request; the connection is idle. */
  ask(asked: Asked): void {
    this.#asked = asked;
    this.#phase = "asked";
    this.#socket.write(asked.text, "latin1");
  }

  /** Gives up on the request: the server may or may not have acted on it. */
  giveUp(): void {
    this.#fail("timeout");
    this.#socket.destroy();
  }

  /** Closes it without a word to who asked. */
  close(): void {
    this.#phase = "closed";
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    if (this.#phase === "idle") {
      // Nothing was asked. Whatever this is, the next response could not be told from it.
      this.close();
      return;
    }
    if (this.#phase !== "asked") return;
    const { response, onEnd } = this.#asked;
    const progress = response.push(chunk);
    if (progress === "more" || this.#isClosed()) return;
    if (progress === "corrupt") {
      this.#fail("corrupt");
      this.#socket.destroy();
      return;
    }
    const kept = this.#keep && response.keepsAlive;
    this.#phase = kept ? "idle" : "closed";
    onEnd("complete");
    if (!kept) this.#socket.resetAndDestroy();
  }

  /** A reader of the body may have closed it. */
  #isClosed(): boolean {
    return this.#phase === "closed";
  }

  #fail(ending: Ending): void {
    const { isIdle } = this;
    if (this.#phase === "closed") return;
    this.#phase = "closed";
    if (!isIdle) this.#asked.onEnd(ending);
  }
}
