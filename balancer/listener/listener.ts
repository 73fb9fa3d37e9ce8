import type { Config, ListenerConfig } from "../config.ts";
import type { AccessLog } from "../telemetry/access-log.ts";
import type { BackendTraffic } from "../upstream/backend-traffic.ts";
import type { Pool } from "../upstream/pool.ts";
import type { ListeningSocket } from "./listening-socket.ts";
import type { ListenerCounters } from "./counters.ts";

/** What a listener works with. */
export interface ListenerShared {
  readonly pool: Pool;
  readonly timeouts: Config["timeouts"];
  readonly limits: Config["limits"];
  /** Named in the response header `x-evenkeel-balancer`. */
  readonly nodeId: string;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** No access log when absent. Who opened it closes it, after the drain. */
  readonly accessLog?: AccessLog;
}

/** How a drain ended. http counts requests, tcp counts connections. */
export interface DrainResult {
  /** In flight when the drain began, and finished. */
  readonly completed: number;
  /** In flight when the time was up, and cut. */
  readonly cut: number;
}

/**
 * An address and port that accepts connections.
 *
 *   start → [update] → [lameDuck] → [stopAccepting or release] → drain
 */
export interface Listener extends BackendTraffic {
  readonly config: ListenerConfig;
  readonly counters: ListenerCounters;
  /** What it accepts from; null before `start` and after the end of accepting. */
  readonly socket: ListeningSocket | null;
  /** Port that it is bound to; the configured one before `start`. */
  readonly port: number;
  /**
   * Accepts.
   *
   * @param socket listens already; the listener binds one by itself without it
   * @throws ListenFailed when the address cannot be bound
   */
  start(socket?: ListeningSocket): Promise<void>;
  /**
   * From now on each request, and each tcp connection, goes by these. What has begun goes on as it
   * began; connections that are open keep their bounds of sizes.
   *
   * @param config of the same protocol
   */
  update(config: ListenerConfig, shared: ListenerShared): void;
  /** From now on every http answer closes its connection; new connections are still accepted. */
  lameDuck(): void;
  /** Closes the listening socket; connections stay. Idempotent. */
  stopAccepting(): void;
  /** Lets go of the listening socket, which goes on listening; null when there is none. */
  release(): ListeningSocket | null;
  /**
   * Another listener has taken the place of this one. Kept connections close with their next answer
   * and idle ones may go on for as long as a drain lasts: one that is closed at once may just be
   * asked something.
   */
  retire(timeoutMs: number): Promise<void>;
  /**
   * Stops accepting, closes idle connections at once, lets what is in flight finish, and cuts what
   * is left after `timeoutMs` (a duration; 0 cuts at once). Resolves when no connection is left.
   */
  drain(timeoutMs: number): Promise<DrainResult>;
}
