import { createServer, type Server, type Socket } from "node:net";
import type { ListenerConfig } from "../config.ts";
import { countReason, type ListenerCounters } from "./counters.ts";
import { ListenFailed } from "./listen-failed.ts";
import type { DrainResult } from "./listener.ts";

/** A client connection as the door sees it. */
export interface Guest {
  /** Whether it is in the middle of something that a drain waits for. */
  readonly busy: boolean;
  /** Closes it when it is not busy. */
  closeIfIdle(): void;
  /** Breaks it. */
  cut(reason: string): void;
}

const BACKLOG = 4_096;

/** The listening socket and who came in through it: accept, limit, count, drain. */
export class Doorway<G extends Guest> {
  readonly #config: ListenerConfig;
  readonly #limit: number;
  readonly #counters: ListenerCounters;
  readonly #welcome: (socket: Socket) => G;
  readonly #guests = new Set<G>();
  #server: Server | null = null;
  /** Drains that wait for the last connection to go. */
  readonly #emptied: (() => void)[] = [];

  constructor(
    config: ListenerConfig,
    limit: number,
    counters: ListenerCounters,
    welcome: (socket: Socket) => G,
  ) {
    this.#config = config;
    this.#limit = limit;
    this.#counters = counters;
    this.#welcome = welcome;
  }

  /** Port that is bound; the configured one while none is. */
  get port(): number {
    const bound = this.#server?.address();
    return typeof bound === "object" && bound !== null ? bound.port : this.#config.port;
  }

  /** @throws ListenFailed */
  async open(): Promise<void> {
    const { address, port } = this.#config;
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
      this.#accept(socket),
    );
    await new Promise<void>((resolve, reject) => {
      server.once("error", (cause) => reject(new ListenFailed(this.#config, cause)));
      server.listen({ host: address, port, exclusive: true, backlog: BACKLOG }, resolve);
    });
    server.removeAllListeners("error");
    // A failed accept (no file descriptors left) concerns one connection; the others go on.
    server.on("error", () => countReason(this.#counters.rejected, "accept-failed"));
    this.#server = server;
  }

  /** Closes the listening socket; connections stay. */
  close(): void {
    this.#server?.close();
    this.#server = null;
  }

  /** A connection is gone. */
  left(guest: G): void {
    if (!this.#guests.delete(guest)) return;
    this.#counters.active = this.#guests.size;
    if (this.#guests.size > 0) return;
    for (const resolve of this.#emptied.splice(0)) resolve();
  }

  async drain(timeoutMs: number): Promise<DrainResult> {
    this.close();
    let inFlight = 0;
    for (const guest of this.#guests) {
      if (guest.busy) inFlight += 1;
      else guest.closeIfIdle();
    }
    let cut = 0;
    if (this.#guests.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#emptied.push(resolve);
      const timer = setTimeout(() => {
        for (const guest of this.#guests) {
          if (guest.busy) cut += 1;
          guest.cut("drain-deadline");
        }
      }, timeoutMs);
      await promise;
      clearTimeout(timer);
    }
    return { completed: Math.max(0, inFlight - cut), cut };
  }

  #accept(socket: Socket): void {
    this.#counters.accepted += 1;
    if (this.#guests.size >= this.#limit) {
      countReason(this.#counters.rejected, "connection-limit");
      socket.on("error", () => {});
      socket.destroy();
      return;
    }
    this.#guests.add(this.#welcome(socket));
    this.#counters.active = this.#guests.size;
  }
}
