import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createServer as createTcpServer, type AddressInfo } from "node:net";

/** A tiny backend on a loopback port of its own; it answers with its name. */
export class BackendServer {
  readonly name: string;
  /** Requests that are being answered now, checks not counted. */
  working = 0;
  readonly #server: Server;

  private constructor(name: string) {
    this.name = name;
    this.#server = createServer((request, response) => {
      if (request.url === "/readyz") {
        response.end("ready");
        return;
      }
      const { searchParams } = new URL(request.url ?? "/", "http://backend");
      this.working++;
      setTimeout(
        () => {
          this.working--;
          response.end(name);
        },
        Number(searchParams.get("tookMs") ?? 0),
      );
    });
  }

  static async start(name: string): Promise<BackendServer> {
    const backend = new BackendServer(name);
    backend.#server.listen(0, "127.0.0.1");
    await once(backend.#server, "listening");
    return backend;
  }

  /** As a configuration names it. */
  get config() {
    const { port } = this.#server.address() as AddressInfo;
    return { id: this.name, address: "127.0.0.1", port };
  }

  /** Refuses from now on, and breaks off what is open. */
  async kill(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

/** A loopback port on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
