import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ask, startBackend, until, type Program } from "./programs.ts";

let folder = "";
let socket = "";
let backend: Program;
beforeAll(async () => {
  folder = mkdtempSync("/tmp/evenkeel-");
  socket = join(folder, "run", "backend.sock");
  backend = await startBackend("--control", socket, "--workers", "2", "--queue", "0");
});
afterAll(async () => {
  await backend[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  await control("DELETE");
});

async function control(method: string, body?: unknown, path = "/behaviour", at = socket) {
  const sent = request({ socketPath: at, path, method, agent: false });
  sent.end(typeof body === "string" ? body : JSON.stringify(body));
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk;
  return { status: response.statusCode, body: JSON.parse(text) as Record<string, unknown> };
}

const work = (serviceMs = "0") =>
  ask(backend, "/", { headers: { "x-evenkeel-service-ms": serviceMs } });
const statusOf = async (path: string) => (await ask(backend, path)).status;

test("its socket is for its owner alone", () => {
  expect(statSync(socket).mode & 0o777).toBe(0o600);
});

test("a status is answered to work, and to checks only when they are meant", async () => {
  expect((await control("POST", { status: 502 })).status).toBe(200);
  expect((await work()).status).toBe(502);
  expect((await work()).headers["x-evenkeel-node"]).toBe("app-1");
  expect([await statusOf("/readyz"), await statusOf("/livez")]).toEqual([200, 200]);
  expect((await control("GET")).body).toEqual({ behaviour: { status: 502 }, affected: 2 });
  await control("POST", { status: 503, checks: true });
  expect([await statusOf("/readyz"), await statusOf("/livez")]).toEqual([503, 503]);
  expect((await control("DELETE")).body).toEqual({ behaviour: {}, affected: 0 });
  expect([(await work()).status, await statusOf("/readyz")]).toEqual([200, 200]);
});

test("a service time replaces the one that a request brings, or multiplies it", async () => {
  await control("POST", { serviceMs: 80 });
  expect((await work("0")).tookMs).toBeGreaterThanOrEqual(80);
  await control("POST", { factor: 4 });
  expect((await work("20")).tookMs).toBeGreaterThanOrEqual(80);
});

test("slow checks take no worker", async () => {
  await control("POST", { serviceMs: 60, checks: true });
  const { status, tookMs } = await ask(backend, "/readyz");
  expect(status).toBe(200);
  expect(tookMs).toBeGreaterThanOrEqual(60);
});

test("what hangs is accepted, and answered only once the behaviour ends", async () => {
  await control("POST", { hang: true });
  const hanging = work();
  await until(async () => (await control("GET")).body["affected"] === 1);
  expect(await statusOf("/readyz")).toBe(200);
  await control("DELETE");
  expect((await hanging).status).toBe(200);
});

test("a reset ends the connection without an answer", async () => {
  await control("POST", { reset: true });
  await expect(work()).rejects.toMatchObject({ code: "ECONNRESET" });
  expect(await statusOf("/readyz")).toBe(200);
});

test("who leaves says so in every response, and is no longer ready", async () => {
  await control("POST", { leaving: true });
  const reply = await work();
  expect(reply.status).toBe(200);
  expect(reply.headers["x-evenkeel-leaving"]).toBe("1");
  const check = await ask(backend, "/readyz");
  expect(check.status).toBe(404);
  expect(check.headers["x-evenkeel-leaving"]).toBe("1");
  expect([await statusOf("/healthz?deep"), await statusOf("/livez")]).toEqual([404, 200]);
  await control("DELETE");
  expect((await work()).headers["x-evenkeel-leaving"]).toBeUndefined();
});

test("liveness alone can fail", async () => {
  await control("POST", { livez: false });
  expect([await statusOf("/livez"), await statusOf("/readyz")]).toEqual([503, 200]);
  expect((await work()).status).toBe(200);
});

test("a behaviour that makes no sense is refused with all that is wrong, and changes nothing", async () => {
  await control("POST", { status: 500 });
  const refused = await control("POST", { status: 5, colour: "red" });
  expect(refused.status).toBe(400);
  expect(refused.body["code"]).toBe("invalid-behaviour");
  expect(refused.body["problems"]).toHaveLength(2);
  expect((await control("POST", "{")).status).toBe(400);
  expect((await control("PUT", {})).status).toBe(405);
  expect((await control("GET", undefined, "/other")).status).toBe(404);
  expect((await control("GET")).body["behaviour"]).toEqual({ status: 500 });
});

test("a process that is started again behaves well, on the socket of the one before", async () => {
  const again = join(folder, "again.sock");
  {
    await using first = await startBackend("--control", again);
    await control("POST", { status: 500 }, "/behaviour", again);
    expect((await ask(first, "/")).status).toBe(500);
  }
  await using second = await startBackend("--control", again);
  expect((await ask(second, "/")).status).toBe(200);
  expect((await control("GET", undefined, "/behaviour", again)).body["behaviour"]).toEqual({});
});

test("a stop does not wait for the control socket", async () => {
  const path = join(folder, "stopped.sock");
  await using stopped = await startBackend("--control", path);
  await control("POST", { leaving: true }, "/behaviour", path);
  stopped.child.kill("SIGTERM");
  expect(await stopped.exited).toBe(0);
});

test("what is no socket is not removed", async () => {
  const path = join(folder, "file");
  writeFileSync(path, "precious");
  await expect(startBackend("--control", path)).rejects.toThrow(/EADDRINUSE/);
  expect(statSync(path).size).toBe(8);
});
