import { connect, type Socket } from "node:net";
import type { Config } from "../config.ts";
import type { Outcome } from "../health/outcome.ts";
import { countReason, type ListenerCounters } from "../listener/counters.ts";
import type { Result } from "../selection/policy.ts";
import type { Backend } from "../upstream/backend.ts";
import type { Pool } from "../upstream/pool.ts";
import type { DeadlineSweep, Expiring } from "./deadline-sweep.ts";
import { clientAddress } from "./client-address.ts";
import { reset } from "./reset.ts";

/** What all relays of one tcp listener share. */
export interface TcpContext {
  readonly pool: Pool;
  /** Whether the pool's policy hashes the client's address. */
  readonly hashesClients: boolean;
  readonly timeouts: Config["timeouts"];
  readonly now: () => number;
  readonly counters: ListenerCounters;
  readonly sweep: DeadlineSweep;
  /** Told once when a relay is over. */
  closed(relay: TcpRelay): void;
}

/** After this long without traffic the kernel begins to ask whether the other end still exists. */
const KEEPALIVE_MS = 60_000;

/**
 * Relays bytes between a client and one backend, both ways at once. The end of one direction is
 * passed on and leaves the other open; an error on either side breaks both.
 *
 * There is no idle timeout: TCP keep-alive finds peers that are gone.
 */
export class TcpRelay implements Expiring {
  deadline = Number.POSITIVE_INFINITY;
  readonly #client: Socket;
  readonly #context: TcpContext;
  #backend: Backend | null = null;
  #upstream: Socket | null = null;
  #connected = false;
  #askedAt = 0;
  #handshakeMs = 0;
  /** Whether it was told what became of the try. */
  #judged = false;
  #tried: Set<string> | null = null;
  #over = false;

  constructor(client: Socket, context: TcpContext) {
    this.#client = client;
    this.#context = context;
    client.pause();
    client.setKeepAlive(true, KEEPALIVE_MS);
    client.on("data", (chunk: Buffer) => this.#toUpstream(chunk));
    client.on("drain", () => this.#upstream?.resume());
    client.on("end", () => this.#upstream?.end());
    client.on("error", () => this.#break());
    client.on("close", () => this.#clientClosed());
    context.sweep.watch(this);
    this.#try();
  }

  /** A relay is in flight for as long as it lasts. */
  readonly busy = true;

  closeIfIdle(): void {}

  /** Breaks both sides. */
  cut(reason: string): void {
    countReason(this.#context.counters.upstreamErrors, reason);
    this.#break();
  }

  /** Breaks both sides if one of them is that backend. */
  cutOff(backend: Backend): void {
    if (this.#backend === backend) this.cut("backend-drained");
  }

  /** The connect took too long. */
  expire(): void {
    this.#connectFailed("connect-timeout");
  }

  #try(): void {
    const { pool, now, timeouts, counters, hashesClients } = this.#context;
    const again = this.#tried !== null;
    const key = hashesClients ? clientAddress(this.#client) : undefined;
    const backend = pool.pick(now(), this.#tried, key);
    if (backend === undefined) {
      if (!again) countReason(counters.upstreamErrors, "no-healthy-backend");
      this.#break();
      return;
    }
    if (again) counters.retries += 1;
    this.#askedAt = now();
    this.#judged = false;
    pool.started(backend, this.#askedAt);
    this.#backend = backend;
    this.deadline = this.#askedAt + timeouts.connect;
    this.#connect(backend);
  }

  #connect(backend: Backend): void {
    const upstream = connect({
      host: backend.address,
      port: backend.port,
      noDelay: true,
      allowHalfOpen: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEPALIVE_MS,
    });
    this.#upstream = upstream;
    upstream.on("connect", () => this.#begin());
    upstream.on("data", (chunk: Buffer) => this.#toClient(chunk));
    upstream.on("drain", () => this.#client.resume());
    upstream.on("end", () => this.#client.end());
    // A late event of a connect that was given up is not about the one that replaced it.
    upstream.on("error", () => {
      if (upstream !== this.#upstream) return;
      if (!this.#connected) this.#connectFailed("connect-failed");
      else this.#upstreamBroke();
    });
    upstream.on("close", () => {
      if (upstream === this.#upstream && this.#connected) this.#upstreamClosed(upstream);
    });
  }

  #begin(): void {
    this.#connected = true;
    this.#observe("answered");
    this.deadline = Number.POSITIVE_INFINITY;
    this.#context.counters.requests += 1;
    this.#client.resume();
    // Its end may have been told to a connection that failed meanwhile.
    if (this.#client.readableEnded) this.#upstream?.end();
  }

  #toUpstream(chunk: Buffer): void {
    this.#context.counters.bytesIn += chunk.length;
    if (this.#upstream?.write(chunk) === false) this.#client.pause();
  }

  #toClient(chunk: Buffer): void {
    // A handshake alone says little: the kernel makes it for a process that then resets.
    if (!this.#judged) this.#judge("answered");
    this.#context.counters.bytesOut += chunk.length;
    if (!this.#client.write(chunk)) this.#upstream?.pause();
  }

  #connectFailed(reason: "connect-failed" | "connect-timeout"): void {
    const { counters, pool } = this.#context;
    countReason(counters.upstreamErrors, reason);
    const id = this.#backend?.id;
    this.#observe("failed");
    this.#judge(reason);
    if (this.#backend !== null) this.#backend.failed += 1;
    this.#release();
    if (id === undefined || this.#tried !== null || pool.config.retry.attempts === 0) this.#break();
    else {
      this.#tried = new Set([id]);
      this.#try();
    }
  }

  #upstreamBroke(): void {
    if (this.#backend !== null) this.#backend.failed += 1;
    this.#judge("broken");
    countReason(this.#context.counters.upstreamErrors, "reset");
    this.#break();
  }

  #upstreamClosed(upstream: Socket): void {
    if (!isFinished(upstream)) this.#break();
    else {
      this.#judge("answered");
      this.#release();
      if (this.#client.destroyed) this.#end();
    }
  }

  #break(): void {
    this.#release();
    if (this.#client.destroyed) this.#end();
    else reset(this.#client);
  }

  #release(): void {
    this.deadline = Number.POSITIVE_INFINITY;
    const { pool, now } = this.#context;
    if (this.#backend !== null) pool.ended(this.#backend, now());
    this.#backend = null;
    const upstream = this.#upstream;
    this.#upstream = null;
    if (upstream !== null && !upstream.destroyed) {
      if (this.#connected) reset(upstream);
      else upstream.destroy();
    }
  }

  #observe(result: Result): void {
    if (this.#backend === null) return;
    const { pool, now } = this.#context;
    const at = now();
    this.#handshakeMs = at - this.#askedAt;
    pool.observed(this.#backend, result, this.#handshakeMs, at);
  }

  #judge(outcome: Outcome): void {
    if (this.#backend === null || this.#judged) return;
    this.#judged = true;
    this.#context.pool.judged(this.#backend, outcome, this.#handshakeMs, this.#askedAt);
  }

  #clientClosed(): void {
    // Both directions ended in order: what the backend has not taken yet may still be on its way.
    if (isFinished(this.#client) && this.#upstream !== null) return;
    this.#release();
    this.#end();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#context.sweep.forget(this);
    this.#context.closed(this);
  }
}

/** Whether both directions of a socket came to an orderly end. */
function isFinished(socket: Socket): boolean {
  return socket.readableEnded && socket.writableFinished && socket.errored === null;
}
