import type { SectionLimits } from "../protocol/section-reader.ts";
import type { Backend } from "./backend.ts";
import { UpstreamConnection, type UpstreamUser } from "./upstream-connection.ts";

/** What one read from a backend takes at most. */
const READ_BYTES = 64 * 1024;

/** Bounds of a connection pool. */
export interface ConnectionPoolOptions {
  /** Idle connections kept to one backend; 0 keeps none. */
  readonly idlePerBackend: number;
  /** How long a connection may stay idle, in milliseconds. */
  readonly idleMs: number;
  /** Bounds of response heads. */
  readonly limits: SectionLimits;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/**
 * Connections to backends that serve one request at a time. Idle ones are used last in, first out,
 * so that the others age and go. An idle connection that closes, or on which a byte arrives that
 * nobody asked for, is destroyed (RFC 9112 §9.2).
 */
export class ConnectionPool {
  readonly #options: ConnectionPoolOptions;
  readonly #idle = new Map<Backend, UpstreamConnection[]>();
  #inUse = 0;
  readonly #readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);
  #closed = false;

  constructor(options: ConnectionPoolOptions) {
    this.#options = options;
  }

  /** The connection to a backend that became idle last, for one exchange; undefined when there is none. */
  take(backend: Backend, user: UpstreamUser): UpstreamConnection | undefined {
    const connection = this.#idle.get(backend)?.pop();
    if (connection === undefined) return undefined;
    connection.reused = true;
    connection.user = user;
    this.#inUse += 1;
    return connection;
  }

  /** A new connection to a backend; the user hears whether it succeeds. */
  connect(backend: Backend, user: UpstreamUser): UpstreamConnection {
    const connection = new UpstreamConnection(
      backend,
      this.#options.limits,
      this.#readBuffer,
      user,
    );
    this.#inUse += 1;
    return connection;
  }

  /** Takes back a connection whose response ended cleanly and whose request was sent whole. */
  put(connection: UpstreamConnection): void {
    this.#inUse -= 1;
    const { socket, backend } = connection;
    const usable = !this.#closed && !socket.destroyed && !socket.readableEnded && socket.writable;
    // One that was taken out gets nothing new, so that nobody would take this connection.
    const wanted = backend.administrative === "enabled";
    const idle = this.#idle.get(backend) ?? [];
    if (!usable || !wanted || idle.length >= this.#options.idlePerBackend) {
      discard(connection);
      return;
    }
    this.#idle.set(backend, idle);
    connection.section.reset();
    connection.idleSince = this.#options.now();
    connection.user = this.#guard;
    if (socket.isPaused()) socket.resume();
    idle.push(connection);
  }

  /** Destroys a connection in use; its user hears nothing more of it. */
  destroy(connection: UpstreamConnection): void {
    this.#inUse -= 1;
    discard(connection);
  }

  /** Destroys what is idle to a backend, and forgets the backend. */
  closeIdle(backend: Backend): void {
    const idle = this.#idle.get(backend) ?? [];
    this.#idle.delete(backend);
    for (const one of idle) discard(one);
  }

  /** Idle connections to a backend. */
  idleCount(backend: Backend): number {
    return this.#idle.get(backend)?.length ?? 0;
  }

  /** Connections that an exchange holds. */
  get inUse(): number {
    return this.#inUse;
  }

  /** Destroys what has been idle for too long. */
  expire(now: number): void {
    for (const idle of this.#idle.values()) {
      // Last in, first out: the oldest are at the front.
      for (let first = idle[0]; first !== undefined; first = idle[0]) {
        if (now - first.idleSince < this.#options.idleMs) break;
        idle.shift();
        discard(first);
      }
    }
  }

  /** Destroys what is idle and keeps nothing from now on. */
  close(): void {
    this.#closed = true;
    for (const idle of this.#idle.values()) for (const one of idle.splice(0)) discard(one);
  }

  readonly #drop = (connection: UpstreamConnection) => {
    const idle = this.#idle.get(connection.backend);
    const at = idle?.indexOf(connection) ?? -1;
    if (at >= 0) idle?.splice(at, 1);
    discard(connection);
  };

  /** Uses what is idle: whatever happens to it, it goes. */
  readonly #guard: UpstreamUser = {
    ...NOBODY,
    upstreamData: this.#drop,
    upstreamEnded: this.#drop,
    upstreamClosed: this.#drop,
  };
}

const NOBODY: UpstreamUser = {
  upstreamConnected: () => {},
  upstreamData: () => {},
  upstreamDrained: () => {},
  upstreamEnded: () => {},
  upstreamClosed: () => {},
};

function discard(connection: UpstreamConnection): void {
  connection.user = NOBODY;
  connection.socket.destroy();
}
