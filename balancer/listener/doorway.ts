import type { Socket } from "node:net";
import type { Backend } from "../upstream/backend.ts";
import { countReason, type ListenerCounters } from "./counters.ts";
import type { DrainResult } from "./listener.ts";
import type { Receiver } from "./listening-socket.ts";

/** A client connection as the door sees it. */
export interface Guest {
  /** Whether it is in the middle of something that a drain waits for. */
  readonly busy: boolean;
  /** Closes it when it is not busy. */
  closeIfIdle(): void;
  /** Breaks it. */
  cut(reason: string): void;
  /** Breaks off what it has in flight with a backend. */
  cutOff(backend: Backend): void;
}

/** Who came in through a listening socket: accept, limit, count, drain. */
export class Doorway<G extends Guest> implements Receiver {
  readonly #counters: ListenerCounters;
  readonly #welcome: (socket: Socket) => G;
  readonly #guests = new Set<G>();
  /** Drains that wait for the last connection to go. */
  readonly #emptied: (() => void)[] = [];
  /** In flight when the drain began; null before. */
  #inFlight: number | null = null;
  /** Of those, how many were cut; null when nobody was. */
  #cut: number | null = null;
  /** Client connections at the same time. */
  limit: number;

  constructor(limit: number, counters: ListenerCounters, welcome: (socket: Socket) => G) {
    this.limit = limit;
    this.#counters = counters;
    this.#welcome = welcome;
  }

  accept(socket: Socket): void {
    this.#counters.accepted += 1;
    if (this.#guests.size >= this.limit) {
      countReason(this.#counters.rejected, "connection-limit");
      socket.on("error", () => {});
      socket.destroy();
      return;
    }
    this.#guests.add(this.#welcome(socket));
    this.#counters.active = this.#guests.size;
  }

  acceptFailed(): void {
    countReason(this.#counters.rejected, "accept-failed");
  }

  /** A connection is gone. */
  left(guest: G): void {
    if (!this.#guests.delete(guest)) return;
    this.#counters.active = this.#guests.size;
    if (this.#guests.size > 0) return;
    for (const resolve of this.#emptied.splice(0)) resolve();
  }

  /** Breaks off what is in flight with a backend. */
  cutOff(backend: Backend): void {
    for (const guest of this.#guests) guest.cutOff(backend);
  }

  /**
   * Closes who is idle, lets the others finish, and cuts who is left after `timeoutMs`. Asked for
   * again it can only end earlier, and both tell the same.
   */
  async drain(timeoutMs: number): Promise<DrainResult> {
    // Requests that have arrived are read first: their connections are not idle.
    await new Promise(setImmediate);
    this.#inFlight ??= this.#closeIdle();
    if (this.#guests.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#emptied.push(resolve);
      const timer = setTimeout(() => this.#cutAll(), timeoutMs);
      await promise;
      clearTimeout(timer);
    }
    const cut = this.#cut ?? 0;
    return { completed: Math.max(0, this.#inFlight - cut), cut };
  }

  /** Resolves when nobody is left, after `timeoutMs` in any case. */
  async emptied(timeoutMs: number): Promise<void> {
    if (this.#guests.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#emptied.push(resolve);
    const timer = setTimeout(resolve, timeoutMs);
    await promise;
    clearTimeout(timer);
  }

  /** How many are not idle. */
  #closeIdle(): number {
    let busy = 0;
    for (const guest of this.#guests) {
      if (guest.busy) busy += 1;
      else guest.closeIfIdle();
    }
    return busy;
  }

  #cutAll(): void {
    if (this.#cut !== null) return;
    this.#cut = 0;
    for (const guest of this.#guests) {
      if (guest.busy) this.#cut += 1;
      guest.cut("drain-deadline");
    }
  }
}
