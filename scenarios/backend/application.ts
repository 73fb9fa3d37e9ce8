import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { header, numberOf, pathOf, queryOf, type Answer } from "./answer.ts";
import type { BehaviourSwitch } from "./behaviour-switch.ts";
import type { LoadMeter } from "./load-meter.ts";
import type { RequestLog } from "./request-log.ts";
import { StoreFailed } from "./session-store.ts";
import { cart, counter, type SessionParts } from "./sessions.ts";
import { parseServiceMs } from "./service-time.ts";
import { Streams } from "./streams.ts";
import { QueueFull, serve, type WorkerQueue } from "./worker-queue.ts";

// An `import` of node:http reads every export, and some of them load a whole HTTP client: 50 ms of CPU
// at every start.
const { createServer } = process.getBuiltinModule("node:http");

/** What the application works with. */
export interface ApplicationParts extends SessionParts {
  /** Id of this node, told in every response. */
  readonly node: string;
  readonly workers: WorkerQueue;
  /** Draws the service time of a request that does not bring its own. */
  readonly drawServiceMs: () => number;
  /** Counts the requests of work. */
  readonly load: LoadMeter;
  readonly log: RequestLog;
  /** Whether new requests are wanted. */
  readonly accepting: () => boolean;
  /** Whether and how it misbehaves. */
  readonly behaviour: BehaviourSwitch;
  readonly idleTimeoutMs: number;
}

/** The sample application, not yet listening. */
export interface Application {
  readonly server: Server;
  /** Refuses new connections and ends those without a request; the rest end with their response. */
  stop(): void;
}

/** What a request may ask for: a body waits in memory until its client has taken it. */
const MOST_BODY_BYTES = 1_048_576;

const CHECKS: ReadonlySet<string> = new Set(["/livez", "/readyz", "/healthz"]);

/** Paths that take a worker, and what is done there once the service time is over. */
const WORK: ReadonlyMap<
  string,
  (request: IncomingMessage, parts: SessionParts) => Promise<Answer>
> = new Map([
  ["/", () => Promise.resolve({ status: 200, body: {} })],
  ["/session", counter],
  ["/cart", cart],
]);

/**
 * The sample application.
 *
 * `/`, `/session` and `/cart` are work: they wait for a worker. `/stream` is held open and takes none.
 * `/livez`, `/readyz` and `/healthz` are checks and wait for nobody, as a server's own status page does;
 * `/healthz?deep` also asks the store.
 */
export function application(parts: ApplicationParts): Application {
  const unused = new Set<Socket>();
  const streams = new Streams();
  const server = createServer((request, response) => {
    unused.delete(request.socket);
    const startedNs = process.hrtime.bigint();
    let queuedMs = 0;
    // A body has no meaning here; unread it would block the connection.
    request.resume();
    const isWork = WORK.has(pathOf(request));
    if (isWork) parts.load.begun();
    response.once("close", () => {
      if (isWork) parts.load.ended();
      parts.log.write({
        run: header(request, "x-evenkeel-run") ?? null,
        trial: numberOf(header(request, "x-evenkeel-trial")),
        seq: numberOf(header(request, "x-evenkeel-seq")),
        path: pathOf(request),
        startedNs: startedNs.toString(),
        completedNs: process.hrtime.bigint().toString(),
        status: response.statusCode,
        aborted: !response.writableFinished,
        queuedMs: Math.round(queuedMs * 1000) / 1000,
      });
    });
    void answerTo(request, response, parts, streams)
      .catch((error: unknown): Answer => ({ status: 500, body: { error: String(error) } }))
      .then((answer) => {
        if (answer === "streaming") return;
        queuedMs = answer?.queuedMs ?? 0;
        if (answer === null) request.socket.resetAndDestroy();
        else respond(response, answer, parts);
      });
  });
  server.keepAliveTimeout = parts.idleTimeoutMs;
  server.on("connection", (socket) => {
    unused.add(socket);
    socket.once("close", () => unused.delete(socket));
  });
  const stop = () => {
    server.close();
    streams.end();
    // Node does not count a connection without any request as idle, and would wait for it.
    for (const socket of unused) socket.destroy();
  };
  return { server, stop };
}

function respond(response: ServerResponse, answer: Answer, parts: ApplicationParts): void {
  // Blanks after it are JSON still.
  const body = JSON.stringify(answer.body).padEnd(answer.bodyBytes ?? 0);
  response.writeHead(answer.status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    ...headersOfAll(parts),
    ...answer.headers,
  });
  response.end(body);
}

/** What every response says of the application. */
function headersOfAll(parts: ApplicationParts): Readonly<Record<string, string>> {
  return {
    "x-evenkeel-node": parts.node,
    ...(parts.accepting() ? {} : { connection: "close" }),
    ...(isLeaving(parts) ? { "x-evenkeel-leaving": "1" } : {}),
  };
}

/** What a request is answered; null when its connection is to be reset. */
async function answerTo(
  request: IncomingMessage,
  response: ServerResponse,
  parts: ApplicationParts,
  streams: Streams,
): Promise<Answer | "streaming" | null> {
  const path = pathOf(request);
  const treatment = await parts.behaviour.treat(CHECKS.has(path) ? "check" : "work");
  if (treatment.kind === "reset") return null;
  if (treatment.kind === "answer") {
    return { status: treatment.status, body: { node: parts.node, error: "told-to" } };
  }
  const finish = WORK.get(path);
  if (finish !== undefined) {
    return work(request, parts, treatment.serviceMs, () => finish(request, parts));
  }
  switch (path) {
    case "/stream":
      return streams.begin(request, response, headersOfAll(parts)) ?? "streaming";
    case "/livez":
    case "/readyz":
    case "/healthz":
      await serve(treatment.serviceMs(0));
      return checkOf(path, queryOf(request).has("deep"), parts);
    default:
      return { status: 404, body: { error: "not-found" } };
  }
}

function checkOf(path: string, deep: boolean, parts: ApplicationParts): Answer | Promise<Answer> {
  if (path === "/livez") {
    const live = parts.behaviour.behaviour.livez ?? true;
    return { status: live ? 200 : 503, body: { live } };
  }
  return deep ? deepHealth(parts) : shallowHealth(parts);
}

function shallowHealth(parts: ApplicationParts): Answer {
  if (isLeaving(parts)) return { status: 404, body: { accepting: false, leaving: true } };
  const accepting = parts.accepting();
  return { status: accepting ? 200 : 503, body: { accepting } };
}

function isLeaving({ behaviour }: ApplicationParts): boolean {
  return behaviour.behaviour.leaving === true;
}

async function deepHealth(parts: ApplicationParts): Promise<Answer> {
  const shallow = shallowHealth(parts);
  if (shallow.status !== 200 || parts.sessions === undefined) return shallow;
  try {
    await parts.sessions.ping();
    return { status: 200, body: { ...shallow.body, store: "ok" } };
  } catch (error) {
    return { status: 503, body: { ...shallow.body, store: codeOf(error) } };
  }
}

async function work(
  request: IncomingMessage,
  parts: ApplicationParts,
  slowed: (ownMs: number) => number,
  finish: () => Promise<Answer>,
): Promise<Answer> {
  const seq = numberOf(header(request, "x-evenkeel-seq"));
  const asked = header(request, "x-evenkeel-service-ms");
  const serviceMs = asked === undefined ? parts.drawServiceMs() : parseServiceMs(asked);
  if (serviceMs === undefined) {
    return { status: 400, body: { error: "x-evenkeel-service-ms is no decimal up to 600000" } };
  }
  const bodyBytes = numberOf(header(request, "x-evenkeel-body-bytes") ?? "0");
  if (bodyBytes === null || bodyBytes > MOST_BODY_BYTES) {
    const error = `x-evenkeel-body-bytes is no whole number up to ${MOST_BODY_BYTES}`;
    return { status: 400, body: { error } };
  }
  try {
    const served = await parts.workers.run(async () => {
      await serve(slowed(serviceMs));
      return finish();
    });
    const { value, queuedMs } = served;
    return { ...value, body: { node: parts.node, seq, ...value.body }, queuedMs, bodyBytes };
  } catch (error) {
    if (!(error instanceof QueueFull)) throw error;
    return { status: 503, body: { node: parts.node, seq, error: error.code } };
  }
}

function codeOf(error: unknown): string {
  if (error instanceof StoreFailed) return error.code;
  throw error;
}
