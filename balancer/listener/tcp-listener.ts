import type { ListenerConfig } from "../config.ts";
import { DeadlineSweep, sweepIntervalMs } from "../proxy/deadline-sweep.ts";
import { TcpRelay, type TcpContext } from "../proxy/tcp-relay.ts";
import { requestKeyOf } from "../selection/request-key.ts";
import { listenerCounters, type ListenerCounters } from "./counters.ts";
import { Doorway } from "./doorway.ts";
import type { DrainResult, Listener, ListenerShared } from "./listener.ts";

/** A listener that balances connections and relays their bytes. */
export class TcpListener implements Listener {
  readonly config: ListenerConfig;
  readonly counters: ListenerCounters = listenerCounters();
  readonly #door: Doorway<TcpRelay>;

  constructor(config: ListenerConfig, shared: ListenerShared) {
    this.config = config;
    const { pool, timeouts, now } = shared;
    const context: TcpContext = {
      pool,
      hashesClients: requestKeyOf(pool.config) !== null,
      timeouts,
      now,
      counters: this.counters,
      sweep: new DeadlineSweep(now, sweepIntervalMs([timeouts.connect])),
      closed: (relay) => this.#door.left(relay),
    };
    this.#door = new Doorway(config, shared.limits.connections, this.counters, (socket) => {
      return new TcpRelay(socket, context);
    });
  }

  get port(): number {
    return this.#door.port;
  }

  async start(): Promise<void> {
    await this.#door.open();
  }

  /** Nothing to do: a relay has no answer that could carry the news. */
  lameDuck(): void {}

  stopAccepting(): void {
    this.#door.close();
  }

  async drain(timeoutMs: number): Promise<DrainResult> {
    return await this.#door.drain(timeoutMs);
  }
}
