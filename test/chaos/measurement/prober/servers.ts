import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** A server on loopback that does what a test says with every request. Disposing closes it and its sockets. */
export class TestServer implements AsyncDisposable {
  /** Requests as they came, in order. */
  readonly requests: string[] = [];
  /** Errors of the server's side of connections that it had answered: `ECONNRESET` after a reset. */
  readonly errors: string[] = [];
  /** Connections that came. */
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(answer: (socket: Socket, path: string) => void) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      this.connections += 1;
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("error", (error: NodeJS.ErrnoException) => this.errors.push(error.code ?? "?"));
      let request = "";
      socket.on("data", (chunk: Buffer) => {
        request += chunk.toString("latin1");
        if (!request.endsWith("\r\n\r\n")) return;
        const whole = request;
        request = "";
        this.requests.push(whole);
        answer(socket, whole.split(" ")[1] ?? "");
      });
    });
  }

  /** @param at where; default: a free port of 127.0.0.1 */
  static async listening(
    answer: (socket: Socket, path: string) => void,
    at: { readonly port?: number; readonly host?: string } = {},
  ): Promise<TestServer> {
    const server = new TestServer(answer);
    server.#server.listen(at.port ?? 0, at.host ?? "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Writes to every connection, asked or not. */
  say(text: string): void {
    for (const socket of this.#sockets) socket.write(text);
  }

  /**
   * Ends every connection with a FIN, or with an RST.
   *
   * @param onCut called for each as soon as the kernel has it, before this process can read of it
   */
  cut(how: "fin" | "rst", onCut: () => void = () => {}): void {
    for (const socket of this.#sockets) {
      if (how === "fin") {
        socket.end(onCut);
      } else {
        socket.resetAndDestroy();
        onCut();
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    if (this.#server.listening) await once(this.#server, "close");
  }
}

/** A response with a body of two bytes. */
export function response(status: number, headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Any\r\nContent-Length: 2\r\n${lines.join("")}\r\nok`;
}
