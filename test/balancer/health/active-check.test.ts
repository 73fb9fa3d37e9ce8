import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, test } from "vitest";
import { parseConfig, type HealthCheckConfig } from "../../../balancer/config.ts";
import { runCheck } from "../../../balancer/health/active-check.ts";

const servers: Server[] = [];
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

async function portOf(server: Server): Promise<number> {
  servers.push(server);
  server.on("connection", (socket: Socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** A backend that does that with each connection once it has read something. */
const answering = (text: string | null) =>
  createServer((socket) => {
    if (text === null) socket.on("data", () => socket.resetAndDestroy());
    else socket.once("data", () => socket.end(text, "latin1"));
  });

function checkOf(check: object): HealthCheckConfig {
  const config = parseConfig({
    listeners: [{ id: "l", protocol: "http", port: 1, pool: "p" }],
    pools: [{ id: "p", backends: [], healthCheck: { interval: "2s", timeout: "1s", ...check } }],
  });
  const found = config.pools[0]?.healthCheck;
  if (found === undefined) throw new Error("The pool has no check.");
  return found;
}

const run = (port: number, check: object, signal = new AbortController().signal) =>
  runCheck({ address: "127.0.0.1", port }, checkOf(check), signal);

/** A port on which nobody listens: it was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await portOf(server);
  server.close();
  await once(server, "close");
  return port;
}

describe("a tcp check", () => {
  test("passes when the connection is accepted", async () => {
    expect(await run(await portOf(createServer()), { type: "tcp" })).toBe("pass");
  });

  test("fails when nobody listens", async () => {
    expect(await run(await freePort(), { type: "tcp" })).toBe("refused");
  });

  test("goes to the port that the check names", async () => {
    const port = await portOf(createServer());
    expect(await run(await freePort(), { type: "tcp", port })).toBe("pass");
  });
});

describe("a tcp check with a question", () => {
  const redis = (answer: string) =>
    createServer((socket) => {
      socket.once("data", (chunk) => {
        socket.write(chunk.toString() === "PING\r\n" ? answer : "-ERR\r\n");
      });
    });
  const check = { type: "tcp", send: "PING\r\n", expect: "+PONG" };

  test("passes when the answer is the expected one", async () => {
    expect(await run(await portOf(redis("+PONG\r\n")), check)).toBe("pass");
  });

  test("waits for it no longer than its time-out", async () => {
    const loading = await portOf(redis("-LOADING\r\n"));
    expect(await run(loading, { ...check, timeout: "80ms" })).toBe("timeout");
  });

  test("finds another answer out when the connection ends", async () => {
    expect(await run(await portOf(answering("-DENIED\r\n")), check)).toBe("content");
  });

  test("asks even when no answer is expected", async () => {
    const asked = new Promise<string>((resolve) => {
      const server = createServer((socket) => {
        socket.once("data", (chunk) => resolve(chunk.toString()));
      });
      void portOf(server).then((port) => run(port, { type: "tcp", send: "HELLO\r\n" }));
    });
    expect(await asked).toBe("HELLO\r\n");
  });
});

describe("an http check", () => {
  test.each<[string, string | null, string]>([
    ["the expected status", "HTTP/1.1 200 OK\r\n\r\n", "pass"],
    ["another status", "HTTP/1.1 503 Service Unavailable\r\n\r\n", "status"],
    ["a wish to leave", "HTTP/1.1 200 OK\r\nx-evenkeel-leaving: 1\r\n\r\n", "leaving"],
    ["something that is not HTTP", "220 smtp ready\r\n", "invalid"],
    ["an end before the status line's", "HTTP/1.1 200", "closed"],
    ["nothing but an end", "", "closed"],
    ["a reset", null, "reset"],
  ])("answered with %s", async (_, text, expected) => {
    expect(await run(await portOf(answering(text)), { type: "http" })).toBe(expected);
  });

  test("fails when nobody listens", async () => {
    expect(await run(await freePort(), { type: "http" })).toBe("refused");
  });

  test("ends after its own time-out when nothing is answered, neither sooner nor much later", async () => {
    const port = await portOf(createServer());
    const began = performance.now();
    expect(await run(port, { type: "http", timeout: "80ms" })).toBe("timeout");
    const tookMs = performance.now() - began;
    expect(tookMs).toBeGreaterThanOrEqual(79);
    expect(tookMs).toBeLessThan(1_000);
  });

  test("an answer that drips is bounded by the same time-out", async () => {
    const server = createServer((socket) => {
      const drip = setInterval(() => socket.write("H"), 10);
      socket.on("close", () => clearInterval(drip));
    });
    expect(await run(await portOf(server), { type: "http", timeout: "80ms" })).toBe("timeout");
  });

  test("takes any of several expected statuses", async () => {
    const port = await portOf(answering("HTTP/1.1 204 \r\n\r\n"));
    expect(await run(port, { type: "http", expectedStatus: [200, 204] })).toBe("pass");
  });

  test("asks for its path, names the host and announces that it closes", async () => {
    const server = createHttpServer((request, response) => {
      const { host, connection } = request.headers;
      const asked = [request.method, request.url, host, connection].join(" ");
      response.statusCode = asked === "GET /ready shop.example close" ? 200 : 500;
      response.end("x".repeat(100_000));
    });
    const port = await portOf(server);
    expect(await run(port, { type: "http", path: "/ready", host: "shop.example" })).toBe("pass");
  });

  test("leaves a server that answers with a body without an error of its connection", async () => {
    const server = createHttpServer((_, response) => response.end("x".repeat(50_000)));
    const port = await portOf(server);
    const errors: Error[] = [];
    server.on("clientError", (error) => errors.push(error));
    server.on("connection", (socket: Socket) => socket.on("error", (error) => errors.push(error)));
    const closed = once(server, "connection").then(([socket]) => once(socket as Socket, "close"));
    expect(await run(port, { type: "http" })).toBe("pass");
    await closed;
    expect(errors).toEqual([]);
  });
});

test("an answer that came in time counts, even when we were too busy to read it then", async () => {
  const script = `
    const { parentPort } = require("node:worker_threads");
    const server = require("node:net").createServer((socket) => {
      socket.once("data", () => {
        parentPort.postMessage("asked");
        setTimeout(() => socket.end("HTTP/1.1 200 OK\\r\\n\\r\\n"), 20);
      });
    });
    server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
  `;
  const worker = new Worker(script, { eval: true });
  const [port] = (await once(worker, "message")) as [number];
  const result = run(port, { type: "http", timeout: "500ms" });
  await once(worker, "message");
  // Blocks this thread, and with it the check, until well after its time-out.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700);
  expect(await result).toBe("pass");
  await worker.terminate();
});

test("a check that is given up ends at once as closed", async () => {
  const port = await portOf(createServer());
  const controller = new AbortController();
  const result = run(port, { type: "http", timeout: "2s" }, controller.signal);
  controller.abort();
  expect(await result).toBe("closed");
});
