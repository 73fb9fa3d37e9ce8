import type { Socket } from "node:net";
import type { ListenerConfig } from "../config.ts";
import { requestLimits, responseLimits } from "../protocol/limits.ts";
import { DateStamp } from "../protocol/response-writer.ts";
import { DeadlineSweep, sweepIntervalMs, type Expiring } from "../proxy/deadline-sweep.ts";
import { HttpConnection } from "../proxy/http-connection.ts";
import type { HttpContext } from "../proxy/http-context.ts";
import { requestKeyOf } from "../selection/request-key.ts";
import { ConnectionPool } from "../upstream/connection-pool.ts";
import { listenerCounters, type ListenerCounters } from "./counters.ts";
import { Doorway } from "./doorway.ts";
import type { DrainResult, Listener, ListenerShared } from "./listener.ts";

/** A listener that reads requests and balances each one. */
export class HttpListener implements Listener {
  readonly config: ListenerConfig;
  readonly counters: ListenerCounters = listenerCounters();
  readonly #door: Doorway<HttpConnection>;
  readonly #context: HttpContext & { closing: boolean };
  /** Watches the pool of idle upstream connections; it is due on every sweep. */
  readonly #idleWatch: Expiring;

  constructor(config: ListenerConfig, shared: ListenerShared) {
    this.config = config;
    const { limits, timeouts, now } = shared;
    const connections = new ConnectionPool({
      idlePerBackend: limits.upstreamIdle,
      idleMs: timeouts.upstreamIdle,
      limits: responseLimits(limits),
      now,
    });
    this.#context = {
      listenerId: config.id,
      pool: shared.pool,
      requestKey: requestKeyOf(shared.pool.config),
      connections,
      timeouts,
      limits,
      requestLimits: requestLimits(limits),
      trailerLimits: responseLimits(limits),
      nodeId: shared.nodeId,
      now,
      accessLog: shared.accessLog,
      counters: this.counters,
      sweep: new DeadlineSweep(
        now,
        sweepIntervalMs(Object.values(timeouts).filter((ms) => ms > 0)),
      ),
      dates: new DateStamp(),
      closing: false,
      closed: (connection) => this.#door.left(connection),
    };
    this.#idleWatch = { deadline: 0, expire: (at) => connections.expire(at) };
    this.#door = new Doorway(config, limits.connections, this.counters, (socket: Socket) => {
      return new HttpConnection(socket, this.#context);
    });
  }

  get port(): number {
    return this.#door.port;
  }

  async start(): Promise<void> {
    await this.#door.open();
    this.#context.sweep.watch(this.#idleWatch);
  }

  lameDuck(): void {
    this.#context.closing = true;
  }

  stopAccepting(): void {
    this.#door.close();
  }

  async drain(timeoutMs: number): Promise<DrainResult> {
    this.#context.closing = true;
    this.#context.connections.close();
    const result = await this.#door.drain(timeoutMs);
    this.#context.sweep.forget(this.#idleWatch);
    return result;
  }
}
