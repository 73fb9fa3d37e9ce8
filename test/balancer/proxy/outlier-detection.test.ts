import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import type { AccessRecord } from "../../../balancer/telemetry/access-log.ts";
import {
  answering,
  deadPort,
  eventually,
  listen,
  OK,
  RawBackend,
  RawClient,
  silentPort,
} from "./harness.ts";

const FAILED = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\nno";
const BUSY = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nno";
const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/** Statuses that so many requests are answered with, one after the other, each by a client of its own. */
async function statuses(port: number, requests: number): Promise<number[]> {
  const seen: number[] = [];
  for (let request = 0; request < requests; request += 1) {
    using client = await RawClient.open(port);
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    seen.push(Number((await client.untilOver()).slice(9, 12)));
  }
  return seen;
}

const of = (seen: readonly number[], status: number) => seen.filter((one) => one === status).length;

test("a backend that answers 500 at once is ejected after five, and comes back", async () => {
  let well = false;
  const good = answering(OK);
  const bad = answering(FAILED);
  await using first = await RawBackend.start(good);
  await using second = await RawBackend.start((socket, received) =>
    (well ? good : bad)(socket, received),
  );
  await using third = await RawBackend.start(good);
  await using door = await listen({
    ports: [first.port, second.port, third.port],
    pool: { outlierDetection: { baseEjection: "1s" } },
  });
  const seen = await statuses(door.listener.port, 15);
  expect(of(seen, 500)).toBe(5);
  expect(door.backend(1)).toMatchObject({ ejected: true, health: "healthy", sent: 5 });
  const ejectedAt = performance.now();
  well = true;
  await eventually(() => !door.backend(1).ejected);
  // A little of the time had passed before the clock was read.
  expect(performance.now() - ejectedAt).toBeGreaterThan(500);
  expect(of(await statuses(door.listener.port, 9), 200)).toBe(9);
  expect(door.backend(1).sent).toBe(8);
});

test("a pool of three that fails as a whole is not emptied", async () => {
  await using backend = await RawBackend.start(answering(BUSY));
  const { port } = backend;
  await using door = await listen({ ports: [port, port, port], pool: { outlierDetection: {} } });
  const seen = await statuses(door.listener.port, 60);
  expect(of(seen, 503)).toBe(60);
  expect(door.listener.counters.upstreamErrors.get("no-healthy-backend")).toBeUndefined();
  expect(door.pool.backends.map(({ sent }) => sent)).toEqual([20, 20, 20]);
});

describe("what counts against a backend", () => {
  const truncated = (socket: Socket) => {
    socket.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
  };
  const nonsense = (socket: Socket) => socket.end("what?\r\n\r\n");
  const silence = () => {};
  test.each<[string, (socket: Socket, received: string, index: number) => void, string]>([
    ["a status of 500", answering(FAILED), "consecutive-5xx"],
    ["a response that breaks off, although its head was fine", truncated, "consecutive-5xx"],
    ["an end without an answer", (socket) => socket.end(), "consecutive-5xx"],
    ["a reset", (socket) => socket.resetAndDestroy(), "consecutive-5xx"],
    ["an answer that is not HTTP", nonsense, "consecutive-5xx"],
    ["no answer in time", silence, "consecutive-timeout"],
  ])("%s", async (_, serve, reason) => {
    await using good = await RawBackend.start(answering(OK));
    await using bad = await RawBackend.start(serve);
    await using door = await listen({
      ports: [good.port, bad.port],
      timeouts: { response: "150ms" },
      pool: { outlierDetection: {} },
    });
    await statuses(door.listener.port, 10);
    expect(door.pool.outlierOf(door.backend(1))?.reason).toBe(reason);
    expect(door.pool.outlierOf(door.backend(0))?.reason).toBeNull();
  });

  test("a connection that is refused, also when the second try succeeds", async () => {
    await using good = await RawBackend.start(answering(OK));
    await using door = await listen({
      ports: [good.port, await deadPort()],
      pool: { outlierDetection: {} },
    });
    const seen = await statuses(door.listener.port, 10);
    expect(of(seen, 200)).toBe(10);
    expect(door.pool.outlierOf(door.backend(1))?.reason).toBe("consecutive-connect");
    expect(door.backend(1).sent).toBe(3);
  });

  test("a connection that is not made in time", async () => {
    await using good = await RawBackend.start(answering(OK));
    await using silent = await silentPort();
    await using door = await listen({
      ports: [good.port, silent.port],
      timeouts: { connect: "100ms" },
      pool: { outlierDetection: {} },
    });
    await statuses(door.listener.port, 10);
    expect(door.pool.outlierOf(door.backend(1))?.reason).toBe("consecutive-timeout");
  });
});

describe("what does not count against a backend", () => {
  const strict = { outlierDetection: { consecutive5xx: 1 } };

  test("a client that leaves before the answer", async () => {
    let asked = 0;
    await using backend = await RawBackend.start(() => {
      asked += 1;
    });
    await using good = await RawBackend.start(answering(OK));
    await using door = await listen({ ports: [backend.port, good.port], pool: strict });
    using client = await RawClient.open(door.listener.port);
    client.send(GET);
    await eventually(() => asked === 1);
    client.socket.resetAndDestroy();
    await eventually(() => door.backend(0).inFlight === 0);
    expect(door.pool.outlierOf(door.backend(0))?.reason).toBeNull();
  });

  test("a status of 404", async () => {
    const missing = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    await using backend = await RawBackend.start(answering(missing));
    await using good = await RawBackend.start(answering(OK));
    await using door = await listen({ ports: [backend.port, good.port], pool: strict });
    expect(of(await statuses(door.listener.port, 10), 404)).toBe(5);
    expect(door.pool.outlierOf(door.backend(0))?.reason).toBeNull();
  });

  test("a connection that was idle and closed under the next request", async () => {
    await using backend = await RawBackend.start((socket, received) => {
      if (received.split(GET.slice(0, 5)).length > 2) socket.end();
      else socket.write(OK);
    });
    await using door = await listen({ ports: [backend.port, backend.port], pool: strict });
    door.backend(1).administrative = "disabled";
    using client = await RawClient.open(door.listener.port);
    client.send(GET);
    await client.until((text) => text.endsWith("ok"));
    client.send(GET);
    await client.until((text) => text.split("\r\n\r\nok").length === 3);
    expect(door.listener.counters.staleRetries).toBe(1);
    door.backend(1).administrative = "enabled";
    expect(door.pool.outlierOf(door.backend(0))?.reason).toBeNull();
  });
});

describe("a tcp backend", () => {
  const hello = async (port: number, times: number) => {
    for (let time = 0; time < times; time += 1) {
      using client = await RawClient.open(port);
      client.send("hello");
      await client.untilOver();
    }
  };

  test("that resets what it has accepted is ejected, one that says good-bye is not", async () => {
    await using good = await RawBackend.start((socket) => socket.end());
    await using bad = await RawBackend.start((socket) => socket.resetAndDestroy());
    await using door = await listen({
      protocol: "tcp",
      ports: [good.port, bad.port],
      pool: { outlierDetection: {} },
    });
    await hello(door.listener.port, 20);
    expect(door.pool.outlierOf(door.backend(1))?.reason).toBe("consecutive-5xx");
    expect(door.backend(1).sent).toBe(5);
    expect(door.pool.outlierOf(door.backend(0))?.reason).toBeNull();
  });

  test("that refuses is ejected", async () => {
    await using good = await RawBackend.start((socket) => socket.end("bye"));
    await using door = await listen({
      protocol: "tcp",
      ports: [good.port, await deadPort()],
      pool: { outlierDetection: {} },
    });
    await hello(door.listener.port, 20);
    expect(door.pool.outlierOf(door.backend(1))?.reason).toBe("consecutive-connect");
    expect(door.backend(1).sent).toBe(3);
  });
});

test("requests that a panic sent show it in the access log, the others do not", async () => {
  const records: AccessRecord[] = [];
  await using backend = await RawBackend.start(answering(OK));
  await using door = await listen({
    ports: [backend.port, backend.port],
    pool: { panicThreshold: 0.5 },
    accessLog: { write: (record) => records.push(record), close: async () => {}, dropped: 0 },
  });
  await statuses(door.listener.port, 1);
  for (const one of door.pool.backends) one.health = "unhealthy";
  await statuses(door.listener.port, 2);
  door.backend(0).health = "healthy";
  await statuses(door.listener.port, 1);
  expect(records.map(({ status, panic }) => [status, panic])).toEqual([
    [200, undefined],
    [200, true],
    [200, true],
    [200, undefined],
  ]);
});
