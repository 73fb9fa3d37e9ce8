import { chmodSync } from "node:fs";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Config } from "../config.ts";
import { AdminFailed } from "./admin-failed.ts";
import { answer, failure, type Answer } from "./answer.ts";
import { commandAnswer } from "./config-commands.ts";
import { METRICS_PATH, metricsAnswer } from "./metrics.ts";
import { removeStaleSocket } from "./socket-file.ts";
import type { AdminSubject } from "./view.ts";

// An `import` of node:http reads every export, and some of them load a whole HTTP client: 50 ms of CPU
// at every start.
const { createServer } = process.getBuiltinModule("node:http");

/** Ten thousand backends take about one. */
const BODY_BYTES = 8 * 1024 ** 2;

/** Serves the admin API, on a unix socket or, with a token, on TCP. */
export class AdminServer {
  readonly #config: Config["admin"];
  readonly #server: Server;

  constructor(config: Config["admin"], subject: AdminSubject) {
    this.#config = config;
    this.#server = createServer(
      { headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 5_000 },
      (request, response) => {
        void this.#answer(subject, request).then((one) => send(response, one));
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

  /** Stops listening and removes the socket file; who was asking is still answered. */
  release(): void {
    this.#server.close();
  }

  /** Listens again after `release`. @throws AdminFailed */
  async resume(): Promise<void> {
    await this.start();
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

  async #answer(subject: AdminSubject, request: IncomingMessage): Promise<Answer> {
    const refused = this.#refuse(request);
    const body = await textOf(request);
    if (refused !== null) return refused;
    // Half a request may say the opposite of the whole one (RFC 9112 §8).
    if (!request.complete) {
      return failure(400, "incomplete", "The body ends early.", "Send the whole request again.");
    }
    if (body === null) {
      const next = `Send at most ${BODY_BYTES / 1024 ** 2} MiB, or split the configuration.`;
      return failure(413, "too-large", "The body is too large.", next);
    }
    const method = request.method ?? "";
    const [path, query] = targetOf(request);
    if (method === "GET" && path === METRICS_PATH) return await metricsAnswer(subject);
    const commanded = method === "POST" ? await commandAnswer(subject, path, body) : undefined;
    return commanded ?? answer(subject, method, path, query);
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

/** The body, read to its end, because an unread one keeps the connection busy; null when it is too large. */
async function textOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes <= BODY_BYTES) chunks.push(chunk);
    }
  } catch {
    // The client is gone, and nobody reads the answer.
  }
  return bytes > BODY_BYTES ? null : Buffer.concat(chunks).toString("utf8");
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
  const isText = headers?.["content-type"] !== undefined;
  const text = isText ? String(body) : `${JSON.stringify(body, null, 2)}\n`;
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
