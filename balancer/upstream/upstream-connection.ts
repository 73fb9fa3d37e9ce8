import { connect, type Socket } from "node:net";
import { BodyReader } from "../protocol/body-reader.ts";
import { SectionReader, type SectionLimits } from "../protocol/section-reader.ts";
import { StatusLine } from "../protocol/status-line.ts";
import type { Backend } from "./backend.ts";

/** Who uses an upstream connection at the moment: one exchange, or the pool. */
export interface UpstreamUser {
  upstreamConnected(connection: UpstreamConnection): void;
  /** The bytes are valid only until this returns. */
  upstreamData(connection: UpstreamConnection, chunk: Buffer): void;
  upstreamDrained(connection: UpstreamConnection): void;
  /** The backend sent its FIN. */
  upstreamEnded(connection: UpstreamConnection): void;
  /** The socket is gone; `error` says whether it went cleanly. */
  upstreamClosed(connection: UpstreamConnection, error: Error | null): void;
}

/** One connection to a backend, with what reads responses from it. */
export class UpstreamConnection {
  readonly backend: Backend;
  readonly socket: Socket;
  readonly statusLine = new StatusLine();
  readonly section: SectionReader;
  readonly body: BodyReader;
  /** Whether it has served a request before. */
  reused = false;
  /** Monotonic milliseconds; meaningful while it is idle. */
  idleSince = 0;
  user: UpstreamUser;
  #error: Error | null = null;

  /**
   * @param readBuffer where reads land; all connections of a pool share it, because each read is
   *   used up before the next one happens
   */
  constructor(backend: Backend, limits: SectionLimits, readBuffer: Buffer, user: UpstreamUser) {
    this.backend = backend;
    this.user = user;
    this.section = new SectionReader(limits, this.statusLine);
    this.body = new BodyReader(limits, Number.POSITIVE_INFINITY);
    // Half-open, so that the end of a response is ours to judge and does not end our side by itself.
    this.socket = connect({
      host: backend.address,
      port: backend.port,
      noDelay: true,
      allowHalfOpen: true,
      onread: {
        buffer: readBuffer,
        callback: (size) => {
          this.user.upstreamData(this, readBuffer.subarray(0, size));
          return true;
        },
      },
    });
    this.socket.on("connect", () => {
      this.user.upstreamConnected(this);
    });
    this.socket.on("drain", () => this.user.upstreamDrained(this));
    this.socket.on("end", () => this.user.upstreamEnded(this));
    this.socket.on("error", (error) => {
      this.#error = error;
    });
    this.socket.on("close", () => this.user.upstreamClosed(this, this.#error));
  }
}
