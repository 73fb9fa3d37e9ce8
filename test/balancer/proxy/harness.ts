import { connect, createServer, type Server, type Socket } from "node:net";
import { Worker } from "node:worker_threads";
import { parseConfig, type ConfigInput } from "../../../balancer/config.ts";
import { createListener } from "../../../balancer/listener/create-listener.ts";
import type { Listener } from "../../../balancer/listener/listener.ts";
import type { Candidate, Policy } from "../../../balancer/selection/policy.ts";
import type { AccessLog } from "../../../balancer/telemetry/access-log.ts";
import { Pool } from "../../../balancer/upstream/pool.ts";

/** Takes allowed candidates in turn. */
class InTurn implements Policy {
  readonly division = "equal";
  #candidates: readonly Candidate[] = [];
  #next = 0;
  update(candidates: readonly Candidate[]): void {
    this.#candidates = candidates;
  }
  pick(context: Parameters<Policy["pick"]>[0]): Candidate | undefined {
    for (let i = 0; i < this.#candidates.length; i += 1) {
      const candidate = this.#candidates[this.#next++ % this.#candidates.length];
      if (candidate !== undefined && context.allowed(candidate)) return candidate;
    }
    return undefined;
  }
}

/** A backend of raw sockets that records every byte it gets. */
export class RawBackend implements AsyncDisposable {
  readonly #server: Server;
  readonly sockets: Socket[] = [];
  readonly received: string[] = [];

  private constructor(onData: (socket: Socket, received: string, index: number) => void) {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      const index = this.sockets.push(socket) - 1;
      this.received.push("");
      socket.on("error", () => {});
      socket.on("data", (chunk) => {
        this.received[index] += chunk.toString("latin1");
        onData(socket, this.received[index] ?? "", index);
      });
      socket.on("end", () => socket.end());
    });
  }

  /** @param onData called on every read with everything that its connection sent so far */
  static async start(
    onData: (socket: Socket, received: string, index: number) => void,
  ): Promise<RawBackend> {
    const backend = new RawBackend(onData);
    await new Promise<void>((resolve) => backend.#server.listen(0, "127.0.0.1", resolve));
    return backend;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  get all(): string {
    return this.received.join("");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** How many whole requests, as the balancer writes them, a text begins with. */
export function wholeRequests(text: string): number {
  let count = 0;
  for (let at = 0; ; count += 1) {
    const headEnd = text.indexOf("\r\n\r\n", at);
    if (headEnd < 0) return count;
    const head = text.slice(at, headEnd);
    at = headEnd + 4;
    const length = /\r\nContent-Length: (\d+)/.exec(head)?.[1];
    if (length !== undefined) at += Number(length);
    else if (head.includes("\r\nTransfer-Encoding: chunked")) {
      const end = text.indexOf("0\r\n\r\n", at);
      if (end < 0) return count;
      at = end + 5;
    }
    if (at > text.length) return count;
  }
}

/** Answers each whole request with fixed bytes. */
export function answering(response: string) {
  const answered = new WeakMap<Socket, number>();
  return (socket: Socket, received: string) => {
    const whole = wholeRequests(received);
    for (let done = answered.get(socket) ?? 0; done < whole; done += 1) {
      socket.write(response, "latin1");
    }
    answered.set(socket, whole);
  };
}

export const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** A port on which nothing listens. */
export async function deadPort(): Promise<number> {
  const backend = await RawBackend.start(() => {});
  const { port } = backend;
  await backend[Symbol.asyncDispose]();
  return port;
}

/** A port whose handshakes are never answered, because its queue of connections is full. */
export async function silentPort(): Promise<AsyncDisposable & { readonly port: number }> {
  const worker = new Worker(
    `const { parentPort } = require("node:worker_threads");
     const server = require("node:net").createServer();
     server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       // Blocks its event loop, so that nothing is ever accepted.
       setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
     });`,
    { eval: true },
  );
  const port = await new Promise<number>((resolve) => worker.once("message", resolve));
  const fill = Array.from({ length: 8 }, () => connect({ port, host: "127.0.0.1" }));
  for (const socket of fill) socket.on("error", () => {});
  await Promise.race(
    fill.map((socket) => new Promise((resolve) => socket.once("connect", resolve))),
  );
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of fill) socket.destroy();
      await worker.terminate();
    },
  };
}

export interface Setup {
  readonly protocol?: "http" | "tcp";
  readonly ports: readonly number[];
  readonly timeouts?: ConfigInput["timeouts"];
  readonly limits?: ConfigInput["limits"];
  readonly retryAttempts?: number;
  readonly accessLog?: AccessLog;
  /** @default in turn */
  readonly policy?: Policy;
  /** What else the pool's configuration says. */
  readonly pool?: Partial<ConfigInput["pools"][number]>;
}

/** A listener on a free port in front of backends `b0`, `b1`, … that are picked in turn. */
export async function listen(setup: Setup) {
  const config = parseConfig({
    listeners: [
      { id: "web", protocol: setup.protocol ?? "http", address: "127.0.0.1", port: 1, pool: "p" },
    ],
    pools: [
      {
        id: "p",
        backends: setup.ports.map((port, index) => ({
          id: `b${index}`,
          address: "127.0.0.1",
          port,
        })),
        retry: { attempts: setup.retryAttempts ?? 1 },
        ...setup.pool,
      },
    ],
    timeouts: setup.timeouts,
    limits: setup.limits,
  });
  const [listenerConfig] = config.listeners;
  const [poolConfig] = config.pools;
  if (listenerConfig === undefined || poolConfig === undefined) throw new Error("No listener.");
  const pool = new Pool(poolConfig, setup.policy ?? new InTurn(), {
    now: () => performance.now(),
    random: Math.random,
  });
  const listener: Listener = createListener(
    { ...listenerConfig, port: 0 },
    {
      pool,
      timeouts: config.timeouts,
      limits: config.limits,
      nodeId: "lb-a",
      now: () => performance.now(),
      ...(setup.accessLog === undefined ? {} : { accessLog: setup.accessLog }),
    },
  );
  await listener.start();
  return {
    listener,
    pool,
    backend: (index: number) => {
      const backend = pool.backends[index];
      if (backend === undefined) throw new Error(`No backend ${index}.`);
      return backend;
    },
    [Symbol.asyncDispose]: async () => {
      await listener.drain(0);
      pool.stop();
    },
  };
}

/** A client of raw bytes. */
export class RawClient implements Disposable {
  readonly socket: Socket;
  received = "";
  /** Set once the connection is over: `end` for a clean one. */
  over: "end" | "error" | null = null;
  #wake: (() => void) | null = null;

  private constructor(port: number) {
    this.socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    this.socket.on("data", (chunk) => {
      this.received += chunk.toString("latin1");
      this.#wake?.();
    });
    this.socket.on("end", () => {
      this.over ??= "end";
      this.socket.end();
      this.#wake?.();
    });
    this.socket.on("error", () => {
      this.over ??= "error";
      this.#wake?.();
    });
    this.socket.on("close", () => {
      this.over ??= "error";
      this.#wake?.();
    });
  }

  static async open(port: number): Promise<RawClient> {
    const client = new RawClient(port);
    await new Promise<void>((resolve, reject) => {
      client.socket.once("connect", resolve);
      // A reset right after the handshake is something to observe, not a failure to connect.
      client.socket.once("error", (error: NodeJS.ErrnoException) => {
        if (error.code === "ECONNREFUSED") reject(error);
        else resolve();
      });
    });
    return client;
  }

  send(text: string): void {
    this.socket.write(text, "latin1");
  }

  /** Sends byte by byte, each in its own write. */
  async trickle(text: string): Promise<void> {
    for (const byte of Buffer.from(text, "latin1")) {
      if (this.over !== null) return;
      this.socket.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
  }

  /** Waits for a condition on what was received, or for the end. */
  async until(condition: (received: string) => boolean): Promise<string> {
    while (!condition(this.received) && this.over === null) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.received;
  }

  /** Waits for the end of the connection; everything that was received. */
  async untilOver(): Promise<string> {
    return await this.until(() => false);
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

/** Waits for a condition that some other event will bring about. */
export async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Waits until a figure is above zero and has stopped growing. */
export async function stalled(figure: () => number): Promise<number> {
  for (let last = 0; ; last = figure()) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (last > 0 && figure() === last) return last;
  }
}
