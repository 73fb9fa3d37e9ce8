import type { Socket } from "node:net";
import { isDeepStrictEqual } from "node:util";
import type { ListenerConfig } from "../config.ts";
import { requestLimits, responseLimits } from "../protocol/limits.ts";
import { DateStamp } from "../protocol/response-writer.ts";
import { DeadlineSweep, sweepIntervalMs, type Expiring } from "../proxy/deadline-sweep.ts";
import { HttpConnection } from "../proxy/http-connection.ts";
import type { HttpContext } from "../proxy/http-context.ts";
import { requestKeyOf } from "../selection/request-key.ts";
import type { Backend } from "../upstream/backend.ts";
import { ConnectionPool } from "../upstream/connection-pool.ts";
import { listenerCounters, type ListenerCounters } from "./counters.ts";
import { Doorway } from "./doorway.ts";
import type { DrainResult, Listener, ListenerShared } from "./listener.ts";
import { ListeningSocket } from "./listening-socket.ts";

/** A listener that reads requests and balances each one. */
export class HttpListener implements Listener {
  readonly counters: ListenerCounters = listenerCounters();
  readonly #door: Doorway<HttpConnection>;
  readonly #sweep: DeadlineSweep;
  readonly #dates = new DateStamp();
  /** Watches the pool of idle upstream connections; it is due on every sweep. */
  readonly #idleWatch: Expiring;
  #config: ListenerConfig;
  #shared: ListenerShared;
  #connections: ConnectionPool;
  #context: HttpContext;
  #socket: ListeningSocket | null = null;
  /** Whether every answer closes its connection. */
  #closing = false;
  /** Whether connections close as soon as nothing is in flight on them. */
  #draining = false;

  constructor(config: ListenerConfig, shared: ListenerShared) {
    this.#config = config;
    this.#shared = shared;
    this.#sweep = new DeadlineSweep(shared.now, sweepIntervalOf(shared));
    this.#connections = connectionPoolOf(shared);
    this.#context = this.#newContext();
    this.#idleWatch = { deadline: 0, expire: (at) => this.#connections.expire(at) };
    this.#door = new Doorway(
      shared.limits.connections,
      this.counters,
      (socket: Socket) => new HttpConnection(socket, () => this.#context),
    );
  }

  get config(): ListenerConfig {
    return this.#config;
  }

  get socket(): ListeningSocket | null {
    return this.#socket;
  }

  get port(): number {
    return this.#socket?.port ?? this.#config.port;
  }

  async start(socket?: ListeningSocket): Promise<void> {
    this.#socket = socket ?? (await ListeningSocket.bind(this.#config));
    this.#socket.receiver = this.#door;
    this.#sweep.watch(this.#idleWatch);
  }

  update(config: ListenerConfig, shared: ListenerShared): void {
    const { limits, timeouts } = this.#shared;
    const sameBounds =
      isDeepStrictEqual(limits, shared.limits) && isDeepStrictEqual(timeouts, shared.timeouts);
    this.#config = config;
    this.#shared = shared;
    if (!sameBounds) {
      this.#connections.close();
      this.#connections = connectionPoolOf(shared);
      this.#sweep.intervalMs = sweepIntervalOf(shared);
      this.#door.limit = shared.limits.connections;
    }
    this.#context = this.#newContext();
  }

  lameDuck(): void {
    this.#closing = true;
  }

  stopAccepting(): void {
    this.release()?.close();
  }

  release(): ListeningSocket | null {
    const socket = this.#socket;
    this.#socket = null;
    if (socket !== null) socket.receiver = null;
    return socket;
  }

  closeIdle(backend: Backend): void {
    this.#connections.closeIdle(backend);
  }

  cutOff(backend: Backend): void {
    this.#door.cutOff(backend);
  }

  async retire(timeoutMs: number): Promise<void> {
    this.lameDuck();
    this.stopAccepting();
    await this.#door.emptied(timeoutMs);
    await this.drain(0);
  }

  async drain(timeoutMs: number): Promise<DrainResult> {
    this.stopAccepting();
    this.#closing = true;
    this.#draining = true;
    this.#connections.close();
    const result = await this.#door.drain(timeoutMs);
    this.#sweep.forget(this.#idleWatch);
    return result;
  }

  #newContext(): HttpContext {
    const { pool, timeouts, limits, nodeId, now, accessLog } = this.#shared;
    const isClosing = (): boolean => this.#closing;
    const isDraining = (): boolean => this.#draining;
    return {
      listenerId: this.#config.id,
      pool,
      requestKey: requestKeyOf(pool.config),
      connections: this.#connections,
      timeouts,
      limits,
      requestLimits: requestLimits(limits),
      trailerLimits: responseLimits(limits),
      nodeId,
      now,
      accessLog,
      counters: this.counters,
      sweep: this.#sweep,
      dates: this.#dates,
      // What began before knows it too.
      get closing() {
        return isClosing();
      },
      get draining() {
        return isDraining();
      },
      closed: (connection) => this.#door.left(connection),
    };
  }
}

function sweepIntervalOf({ timeouts }: ListenerShared): number {
  return sweepIntervalMs(Object.values(timeouts).filter((ms) => ms > 0));
}

function connectionPoolOf({ limits, timeouts, now }: ListenerShared): ConnectionPool {
  return new ConnectionPool({
    idlePerBackend: limits.upstreamIdle,
    idleMs: timeouts.upstreamIdle,
    limits: responseLimits(limits),
    now,
  });
}
