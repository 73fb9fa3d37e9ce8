import { createServer, type Server, type Socket } from "node:net";
import { ListenFailed } from "./listen-failed.ts";

/** Where a listener listens. */
export interface ListenPlace {
  /** Id of the listener, for errors. */
  readonly id: string;
  readonly address: string;
  /** 0 binds a free one. */
  readonly port: number;
}

/** Who gets what comes in through a listening socket. */
export interface Receiver {
  accept(socket: Socket): void;
  /** A connection could not be accepted, such as without file descriptors left. */
  acceptFailed(): void;
}

const BACKLOG = 4_096;

/**
 * A socket that listens, apart from who serves its connections: one listener can follow another on
 * it without one refused connection. Whoever comes while nobody receives waits.
 */
export class ListeningSocket {
  readonly #server: Server;
  #receiver: Receiver | null = null;
  #waiting: Socket[] = [];

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket) => {
      if (this.#receiver !== null) this.#receiver.accept(socket);
      else this.#waiting.push(socket.on("error", () => {}));
    });
    // A failed accept concerns one connection; the others go on.
    server.on("error", () => this.#receiver?.acceptFailed());
  }

  /**
   * Binds and listens.
   *
   * @throws ListenFailed
   */
  static async bind(place: ListenPlace): Promise<ListeningSocket> {
    const { address: host, port } = place;
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      server.once("error", (cause) => reject(new ListenFailed(place, cause)));
      server.listen({ host, port, exclusive: true, backlog: BACKLOG }, resolve);
    });
    server.removeAllListeners("error");
    return new ListeningSocket(server);
  }

  /** Goes on with a socket that listens in another process as well. */
  static takeOver(received: Server): ListeningSocket {
    // The one that was received knows nothing of our options.
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    return new ListeningSocket(server.listen(received, BACKLOG));
  }

  /** What other processes can be given, so that they listen on it too. */
  get server(): Server {
    return this.#server;
  }

  /** Port that is bound. */
  get port(): number {
    const bound = this.#server.address();
    return typeof bound === "object" && bound !== null ? bound.port : 0;
  }

  /** From now on this one gets what comes in, and first who waits; null lets them wait. */
  set receiver(receiver: Receiver | null) {
    this.#receiver = receiver;
    if (receiver === null) return;
    for (const socket of this.#waiting.splice(0)) {
      // Of one that is gone, as by a reset, nobody would hear again that it is.
      if (!socket.destroyed) receiver.accept(socket);
    }
  }

  /** Stops listening. Accepted connections stay; those that nobody received are broken. Idempotent. */
  close(): void {
    this.#server.close();
    for (const socket of this.#waiting.splice(0)) socket.destroy();
  }
}
