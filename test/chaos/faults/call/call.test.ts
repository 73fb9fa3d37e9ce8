import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { call } from "../../../../chaos/faults/call/call.ts";
import type { CallRequest } from "../../../../chaos/faults/call/protocol.ts";

let folder = "";
let socket = "";
/** What the server does with a request, by its path. */
const HANDLERS: Readonly<Record<string, RequestListener>> = {
  "/hang": () => undefined,
  "/close": (request) => request.socket.destroy(),
  "/half": (_, response) => {
    response.writeHead(200, { "content-length": 10 });
    response.write("half", () => response.destroy());
  },
};
const echo: RequestListener = (request, response) => {
  let body = "";
  request.setEncoding("utf8").on("data", (text: string) => (body += text));
  request.once("end", () => {
    response.writeHead(201, { "x-method": request.method ?? "" });
    response.end(`${String(request.headers["x-mine"])}:${body}`);
  });
};
const server = createServer((request, response) =>
  (HANDLERS[request.url ?? ""] ?? echo)(request, response),
);

beforeAll(async () => {
  folder = mkdtempSync("/tmp/evenkeel-");
  socket = join(folder, "s.sock");
  server.listen(socket);
  await once(server, "listening");
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

const ask = (change: Partial<CallRequest> = {}) =>
  call({
    ...{ id: 7, to: { socket }, method: "POST", path: "/", headers: {}, body: null },
    ...{ withinMs: 5_000, atNs: null },
    ...change,
  });

test("a request over a unix socket is answered with status, fields and body, between two stamps", async () => {
  const before = process.hrtime.bigint();
  const done = await ask({ body: "ä", headers: { "x-mine": "yes" } });
  expect(done).toMatchObject({ kind: "done", id: 7, outcome: "answered", status: 201 });
  expect(done.body).toBe("yes:ä");
  expect(done.headers["x-method"]).toBe("POST");
  expect(BigInt(done.fromNs)).toBeGreaterThan(before);
  expect(BigInt(done.toNs)).toBeGreaterThan(BigInt(done.fromNs));
});

test("a request is sent at its time, not before", async () => {
  const atNs = process.hrtime.bigint() + 60_000_000n;
  const { fromNs } = await ask({ atNs: atNs.toString() });
  expect(BigInt(fromNs)).toBeGreaterThanOrEqual(atNs);
});

test("no answer in time is silence", async () => {
  const done = await ask({ path: "/hang", withinMs: 80 });
  expect(done).toMatchObject({ outcome: "silent", status: null, body: "no answer within 80 ms" });
  expect(BigInt(done.toNs) - BigInt(done.fromNs)).toBeGreaterThanOrEqual(79_000_000n);
});

test.for(["/close", "/half"])("%s is a broken connection", async (path) => {
  expect(await ask({ path })).toMatchObject({ outcome: "broken", status: null });
});

test("where nobody listens it is refused, on a socket and on a port", async () => {
  expect((await ask({ to: { socket: join(folder, "none") } })).outcome).toBe("refused");
  // The discard port: nothing listens there.
  expect((await ask({ to: { host: "127.0.0.1", port: 9 } })).outcome).toBe("refused");
});
