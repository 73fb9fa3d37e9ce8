import type { Socket } from "node:net";
import type { ListenerCounters } from "../listener/counters.ts";
import type { RequestHead } from "../protocol/request.ts";
import type { HttpContext } from "./http-context.ts";

/** Logged in place of a status when the client left before one was sent. */
export const LEFT = 499;

const HUNDREDS: readonly (keyof ListenerCounters["responses"] | undefined)[] = [
  undefined,
  "1xx",
  "2xx",
  "3xx",
  "4xx",
  "5xx",
];

/** What a request shows of itself once it is over. */
export interface Recorded {
  readonly request: RequestHead;
  /** Id of the backend tried last; empty for none. */
  readonly backendId: string;
  readonly responseBytes: number;
  readonly retries: number;
  readonly panic: boolean;
}

/** Counts and logs the requests of one client connection, one after the other. */
export class RequestRecorder {
  readonly #socket: Socket;
  readonly #clientAddress: string;
  #context: HttpContext;
  #startedAt = 0;
  #startedNs = "";
  #countedOut = 0;

  constructor(socket: Socket, clientAddress: string, context: HttpContext) {
    this.#socket = socket;
    this.#clientAddress = clientAddress;
    this.#context = context;
  }

  /**
   * The first byte of a request was read.
   *
   * @param now monotonic milliseconds
   * @param context what the request goes by
   */
  begin(now: number, context: HttpContext): void {
    this.#context = context;
    this.#startedAt = now;
    if (this.#context.accessLog !== undefined) {
      this.#startedNs = process.hrtime.bigint().toString();
    }
  }

  /**
   * A request is over.
   *
   * @param exchange null when its head was refused
   * @param status sent to the client, or `LEFT`
   * @param reason why the balancer answered by itself or broke off; undefined otherwise
   */
  end(exchange: Recorded | null, status: number, reason: string | undefined): void {
    const { counters, accessLog, now, listenerId } = this.#context;
    const hundred = HUNDREDS[Math.floor(status / 100)];
    if (hundred !== undefined && status !== LEFT) counters.responses[hundred] += 1;
    this.countBytes();
    if (accessLog === undefined) return;
    const request = exchange?.request;
    accessLog.write({
      monotonicNs: this.#startedNs,
      listener: listenerId,
      client: `${this.#clientAddress}:${this.#socket.remotePort ?? 0}`,
      method: request?.method ?? "",
      target: request?.target ?? "",
      status,
      backend: exchange?.backendId ?? "",
      durationMs: now() - this.#startedAt,
      bytes: exchange?.responseBytes ?? 0,
      retries: exchange?.retries ?? 0,
      ...(reason === undefined ? {} : { reason }),
      ...(exchange?.panic === true ? { panic: true } : {}),
      ...(request?.seq === undefined ? {} : { seq: request.seq }),
      ...(request?.run === undefined ? {} : { run: request.run }),
    });
  }

  /** Counts what was written since the last time. */
  countBytes(): void {
    const { bytesWritten } = this.#socket;
    this.#context.counters.bytesOut += bytesWritten - this.#countedOut;
    this.#countedOut = bytesWritten;
  }
}
