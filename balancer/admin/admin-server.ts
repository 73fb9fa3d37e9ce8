import { chmodSync } from "node:fs";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Config } from "../config.ts";
import { AdminFailed } from "./admin-failed.ts";
import { answer, failure, type Answer } from "./answer.ts";
import { removeStaleSocket } from "./socket-file.ts";
import type { AdminSubject } from "./view.ts";

// An `import` of node:http reads every export, and some of them load a whole HTTP client: 50 ms of CPU
// at every start.
const { createServer } = process.getBuiltinModule("node:http");

/** Serves the admin API, on a unix socket or, with a token, on TCP. */
export class AdminServer {
  readonly #config: Config["admin"];
  readonly #server: Server;

  constructor(config: Config["admin"], subject: AdminSubject) {
    this.#config = config;
    this.#server = createServer(
      { headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 5_000 },
      (request, response) => {
        // No request has a body that matters; an unread one would keep the connection busy.
        request.resume();
        send(
          response,
          this.#refuse(request) ?? answer(subject, request.method ?? "", ...targetOf(request)),
        );
      },
    );
  }

  /**
   * Begins to answer. A socket file that a former process left behind is removed; the new one is
   * for its owner alone.
   *
   * @throws AdminFailed
   */
  async start(): Promise<void> {
    const config = this.#config;
    if ("socket" in config) {
      await removeStaleSocket(config.socket);
      await this.#listen({ path: config.socket }, config.socket, nextForSocket);
      chmodSync(config.socket, 0o600);
    } else {
      const where = `${config.address}:${config.port}`;
      await this.#listen({ host: config.address, port: config.port }, where, nextForPort);
    }
  }

  /** Stops answering, whatever is under way; removes the socket file. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #listen(
    options: { readonly path: string } | { readonly host: string; readonly port: number },
    where: string,
    next: (code: string | undefined) => string,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const failed = (cause: NodeJS.ErrnoException): void =>
        reject(new AdminFailed(where, cause.message, next(cause.code), cause));
      this.#server.once("error", failed);
      this.#server.listen(options, () => {
        this.#server.off("error", failed);
        resolve();
      });
    });
  }

  /** Why a request is not answered at all; null when it is. */
  #refuse(request: IncomingMessage): Answer | null {
    // A page in a browser can reach ports of its machine; it always sends its origin with a POST.
    if (request.headers.origin !== undefined) {
      const next = "Use a program that sends no Origin header, such as curl.";
      return failure(403, "browser-refused", "Requests from web pages are refused.", next);
    }
    if ("socket" in this.#config || bears(request, this.#config.token)) return null;
    const next = "Send the configuration's admin.token as `Authorization: Bearer <token>`.";
    return {
      ...failure(401, "token-needed", "The token is missing or wrong.", next),
      headers: { "www-authenticate": "Bearer" },
    };
  }
}

function bears(request: IncomingMessage, token: string): boolean {
  // Loaded here: every start would pay for it, and a socket needs no token.
  const { createHash, timingSafeEqual } = process.getBuiltinModule("node:crypto");
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  // Digests have one length, so that the time of the comparison tells nothing about the token.
  return timingSafeEqual(digest(request.headers.authorization ?? ""), digest(`Bearer ${token}`));
}

/** Path and query. */
function targetOf(request: IncomingMessage): [string, string] {
  const [path = "", ...query] = (request.url ?? "").split("?");
  return [path, query.join("?")];
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  const text = `${JSON.stringify(body, null, 2)}\n`;
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    ...headers,
  });
  response.end(text);
}

function nextForSocket(code: string | undefined): string {
  return code === "ENOENT" || code === "EACCES"
    ? "Make its folder, writable for this user, or choose another path for admin.socket."
    : "Choose another path for admin.socket (at most 107 bytes).";
}

function nextForPort(code: string | undefined): string {
  return code === "EADDRINUSE"
    ? "Stop what listens there, or choose another admin.port."
    : "Correct admin.address and admin.port, or use admin.socket.";
}
