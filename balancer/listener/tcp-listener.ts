import type { ListenerConfig } from "../config.ts";
import { DeadlineSweep, sweepIntervalMs } from "../proxy/deadline-sweep.ts";
import { TcpRelay, type TcpContext } from "../proxy/tcp-relay.ts";
import { requestKeyOf } from "../selection/request-key.ts";
import type { Backend } from "../upstream/backend.ts";
import { listenerCounters, type ListenerCounters } from "./counters.ts";
import { Doorway } from "./doorway.ts";
import type { DrainResult, Listener, ListenerShared } from "./listener.ts";
import { ListeningSocket } from "./listening-socket.ts";

/** A listener that balances connections and relays their bytes. */
export class TcpListener implements Listener {
  readonly counters: ListenerCounters = listenerCounters();
  readonly #door: Doorway<TcpRelay>;
  readonly #sweep: DeadlineSweep;
  #config: ListenerConfig;
  #context: TcpContext;
  #socket: ListeningSocket | null = null;

  constructor(config: ListenerConfig, shared: ListenerShared) {
    this.#config = config;
    this.#sweep = new DeadlineSweep(shared.now, sweepIntervalMs([shared.timeouts.connect]));
    this.#context = this.#newContext(shared);
    this.#door = new Doorway(
      shared.limits.connections,
      this.counters,
      (socket) => new TcpRelay(socket, this.#context),
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
  }

  update(config: ListenerConfig, shared: ListenerShared): void {
    this.#config = config;
    this.#sweep.intervalMs = sweepIntervalMs([shared.timeouts.connect]);
    this.#door.limit = shared.limits.connections;
    this.#context = this.#newContext(shared);
  }

  /** Nothing to do: a relay has no answer that could carry the news. */
  lameDuck(): void {}

  stopAccepting(): void {
    this.release()?.close();
  }

  release(): ListeningSocket | null {
    const socket = this.#socket;
    this.#socket = null;
    if (socket !== null) socket.receiver = null;
    return socket;
  }

  /** Nothing to do: a connection to a backend lasts as long as its relay. */
  closeIdle(): void {}

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
    return await this.#door.drain(timeoutMs);
  }

  #newContext({ pool, timeouts, now }: ListenerShared): TcpContext {
    return {
      pool,
      hashesClients: requestKeyOf(pool.config) !== null,
      timeouts,
      now,
      counters: this.counters,
      sweep: this.#sweep,
      closed: (relay) => this.#door.left(relay),
    };
  }
}
