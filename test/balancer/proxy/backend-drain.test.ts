import { describe, expect, test } from "vitest";
import { Administration } from "../../../balancer/health/administration.ts";
import { eventually, listen, RawBackend, RawClient } from "./harness.ts";

const REQUEST = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
const ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const IN_FLIGHT = 24;

/** A listener before two backends that answer when told to, and an operator. */
async function setup(protocol: "http" | "tcp") {
  const stack = new AsyncDisposableStack();
  const backends = [
    stack.use(await RawBackend.start(() => {})),
    stack.use(await RawBackend.start(() => {})),
  ];
  const door = stack.use(
    await listen({ protocol, ports: backends.map(({ port }) => port), retryAttempts: 0 }),
  );
  const ends: Readonly<Record<string, unknown>>[] = [];
  const administration = new Administration(
    (type, data) => void (type === "backend.drained" && ends.push(data)),
    () => performance.now(),
    door.listener,
  );
  stack.defer(() => administration.stop());
  const [b0, b1] = backends;
  if (b0 === undefined || b1 === undefined) throw new Error("No backends.");
  /** Clients whose requests are at the first backend, by that backend's own count. */
  const clients = async (): Promise<readonly RawClient[]> => {
    const all = [];
    for (let count = 0; count < 2 * IN_FLIGHT; count += 1) {
      const before = b0.sockets.length + b1.sockets.length;
      const client = stack.use(asyncly(await RawClient.open(door.listener.port)));
      client.send(REQUEST);
      all.push(client);
      await eventually(() => b0.sockets.length + b1.sockets.length > before);
    }
    await eventually(() => [...b0.received, ...b1.received].every((text) => text.includes("\r\n")));
    expect([b0.sockets.length, b1.sockets.length]).toEqual([IN_FLIGHT, IN_FLIGHT]);
    return all.filter((_, index) => index % 2 === 0);
  };
  const drain = (deadlineMs: number | null): void =>
    administration.set(door.pool, door.backend(0), { state: "draining", deadlineMs });
  return { b0, b1, door, drain, ends, clients, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

function asyncly<T extends Disposable>(one: T): T & AsyncDisposable {
  return Object.assign(one, { [Symbol.asyncDispose]: async () => one[Symbol.dispose]() });
}

describe.each(["http", "tcp"] as const)("draining a backend of a %s listener", (protocol) => {
  test("lets everything in flight finish, and sends nothing new there", async () => {
    await using at = await setup(protocol);
    const clients = await at.clients();
    at.drain(null);
    using late = await RawClient.open(at.door.listener.port);
    late.send(REQUEST);
    await eventually(() => at.b1.sockets.length === IN_FLIGHT + 1);
    expect(at.ends).toEqual([]);
    for (const socket of at.b0.sockets) socket.end(ANSWER);
    for (const client of clients) await client.until((text) => text.endsWith("ok"));
    for (const client of clients) client.socket.end();
    await eventually(() => at.ends.length > 0);
    expect(at.ends).toMatchObject([{ backend: "b0", completed: IN_FLIGHT, cut: 0 }]);
    expect(at.b0.sockets).toHaveLength(IN_FLIGHT);
  });

  test("with a deadline cuts exactly what is left then", async () => {
    await using at = await setup(protocol);
    const clients = await at.clients();
    const begun = performance.now();
    at.drain(400);
    for (const socket of at.b0.sockets.slice(0, 10)) socket.end(ANSWER);
    for (const client of clients.slice(0, 10)) await client.until((text) => text.endsWith("ok"));
    for (const client of clients.slice(0, 10)) client.socket.end();
    await eventually(() => at.ends.length > 0);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(399);
    expect(at.ends).toMatchObject([{ backend: "b0", completed: 10, cut: IN_FLIGHT - 10 }]);
    const left = clients.slice(10);
    for (const client of left) await client.until((text) => text.includes("502"));
    expect(at.door.listener.counters.upstreamErrors.get("backend-drained")).toBe(IN_FLIGHT - 10);
    expect(at.door.backend(1).inFlight).toBe(IN_FLIGHT);
  });
});

test("a request whose answer has not begun is answered 502, and one that is half answered is reset", async () => {
  await using at = await setup("http");
  const [waiting, half] = await at.clients();
  at.b0.sockets[1]?.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nha");
  await half?.until((text) => text.endsWith("ha"));
  at.drain(0);
  expect(at.ends).toMatchObject([{ completed: 0, cut: IN_FLIGHT }]);
  expect(
    await waiting?.until((text) => text.includes("\n\n") || text.endsWith("drained\n")),
  ).toMatch(/^HTTP\/1\.1 502 [^]*x-evenkeel-reason: backend-drained\r\n/);
  await half?.untilOver();
  expect(half?.over).toBe("error");
  // The connection of the first one goes on, at the other backend.
  waiting?.send(REQUEST);
  await eventually(() => at.b1.sockets.length === IN_FLIGHT + 1);
  expect(at.door.backend(0)).toMatchObject({ inFlight: 0, failed: 0 });
});

test("idle connections to the backend are closed at once, and those that become idle are", async () => {
  const answering = (socket: { write(text: string): unknown }) => socket.write(ANSWER);
  await using b0 = await RawBackend.start(answering);
  await using door = await listen({ ports: [b0.port] });
  using first = await RawClient.open(door.listener.port);
  first.send(REQUEST);
  await first.until((text) => text.endsWith("ok"));
  expect(b0.sockets[0]?.readableEnded).toBe(false);
  const administration = new Administration(
    () => undefined,
    () => performance.now(),
    door.listener,
  );
  administration.set(door.pool, door.backend(0), { state: "draining" });
  await eventually(() => b0.sockets[0]?.readableEnded === true);
});
