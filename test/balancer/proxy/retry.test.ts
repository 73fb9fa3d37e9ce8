import type { Socket } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
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

const request = (method: string, body = "") =>
  `${method} /x HTTP/1.1\r\nHost: a\r\n${body === "" ? "" : `Content-Length: ${body.length}\r\n`}\r\n${body}`;

describe("a connect that fails", () => {
  test.each(["GET", "POST", "PATCH"])(
    "is tried once more on another backend: %s",
    async (method) => {
      await using backend = await RawBackend.start(answering(OK));
      await using door = await listen({ ports: [await deadPort(), backend.port] });
      using client = await RawClient.open(door.listener.port);
      client.send(request(method, "hello"));
      expect(await client.until((text) => text.endsWith("ok"))).toContain("HTTP/1.1 200 OK");
      expect(backend.all).toMatch(/\r\n\r\nhello$/);
      expect(door.listener.counters).toMatchObject({ retries: 1, staleRetries: 0 });
      expect(door.backend(0)).toMatchObject({ sent: 1, failed: 1, inFlight: 0 });
      expect(door.backend(1)).toMatchObject({ sent: 1, failed: 0, inFlight: 0 });
    },
  );

  test("twice is 502, and the connection stays", async () => {
    await using door = await listen({
      ports: [await deadPort(), await deadPort(), await deadPort()],
    });
    using client = await RawClient.open(door.listener.port);
    client.send(request("GET"));
    await client.until((text) => text.includes("connect-failed\n"));
    client.send(request("GET"));
    const received = await client.until((text) => text.split("connect-failed\n").length === 3);
    expect(received.split("HTTP/1.1 502 Bad Gateway\r\n")).toHaveLength(3);
    expect(door.listener.counters.retries).toBe(2);
    expect(door.pool.backends.map((backend) => backend.sent)).toEqual([2, 1, 1]);
    expect(door.pool.backends.map((backend) => backend.inFlight)).toEqual([0, 0, 0]);
  });

  test("because it takes too long is tried once more too", async () => {
    await using silent = await silentPort();
    await using backend = await RawBackend.start(answering(OK));
    await using door = await listen({
      ports: [silent.port, backend.port],
      timeouts: { connect: "100ms" },
    });
    using client = await RawClient.open(door.listener.port);
    const begin = performance.now();
    client.send(request("POST", "hello"));
    await client.until((text) => text.endsWith("ok"));
    const took = performance.now() - begin;
    expect(took).toBeGreaterThanOrEqual(90);
    expect(took).toBeLessThan(2_000);
    expect(door.backend(0)).toMatchObject({ sent: 1, failed: 1, inFlight: 0 });
    // Alone, it is 504.
    door.backend(1).administrative = "disabled";
    client.send(request("GET"));
    await client.until((text) => text.endsWith("connect-timeout\n"));
    expect(client.received).toContain("HTTP/1.1 504 Gateway Timeout\r\n");
  });

  test("is not tried again when the pool allows no retry", async () => {
    await using backend = await RawBackend.start(answering(OK));
    await using door = await listen({ ports: [await deadPort(), backend.port], retryAttempts: 0 });
    using client = await RawClient.open(door.listener.port);
    client.send(request("GET"));
    expect(await client.until((text) => text.includes("\n\r\n"))).toContain("HTTP/1.1 502 ");
    expect(backend.all).toBe("");
  });
});

/** Fills the pool with one connection to a backend that then closes it on the next request, without a byte. */
async function stale(secondRequest: string, backends: 1 | 2) {
  let requests = 0;
  await using closing = await RawBackend.start((socket, received, index) => {
    requests += 1;
    if (index === 0 && requests === 2) socket.destroy();
    else answering(OK)(socket, received);
  });
  await using other = await RawBackend.start(answering(OK));
  await using door = await listen({
    ports: backends === 1 ? [closing.port] : [closing.port, other.port],
  });
  if (backends === 2) door.backend(1).administrative = "disabled";
  using client = await RawClient.open(door.listener.port);
  client.send(request("GET"));
  await client.until((text) => text.endsWith("ok"));
  if (backends === 2) door.backend(1).administrative = "enabled";
  // The policy takes them in turn; the next turn is to be the first backend's again.
  if (backends === 2) door.pool.pick(0);
  client.send(secondRequest);
  await client.until((text) => text.split("HTTP/1.1 ").length === 3 && /(ok|\n)$/.test(text));
  const inFlight = door.pool.backends.map((backend) => backend.inFlight);
  return {
    received: client.received,
    closing: closing.all,
    other: other.all,
    counters: door.listener.counters,
    inFlight,
  };
}

describe("a reused connection that closes without a byte of the response", () => {
  test.each(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])(
    "lets an idempotent request without a body be tried on another backend: %s",
    async (method) => {
      const { other, counters, received } = await stale(request(method), 2);
      expect(other).toContain(`${method} /x HTTP/1.1`);
      expect(counters).toMatchObject({ staleRetries: 1, retries: 0 });
      expect(received).not.toContain("502");
    },
  );

  test.each(["POST", "PATCH"])("never lets %s be sent twice", async (method) => {
    const { other, closing, received, counters, inFlight } = await stale(
      request(method, "hello"),
      2,
    );
    expect(other).toBe("");
    expect(closing.split(`${method} /x`)).toHaveLength(2);
    expect(received).toContain("HTTP/1.1 502 ");
    expect(counters.staleRetries).toBe(0);
    expect(inFlight).toEqual([0, 0]);
  });

  test("never lets a PUT be sent twice once its body was begun", async () => {
    const { other, received } = await stale(request("PUT", "hello"), 2);
    expect(other).toBe("");
    expect(received).toContain("HTTP/1.1 502 ");
  });

  test("is tried on a fresh connection to the same backend when it is the only one", async () => {
    const { closing, received, counters } = await stale(request("GET"), 1);
    expect(received).not.toContain("502");
    expect(closing.split("GET /x")).toHaveLength(4);
    expect(counters.staleRetries).toBe(1);
  });
});

test("a fresh connection that closes without a byte is not tried again", async () => {
  await using closing = await RawBackend.start((socket) => socket.destroy());
  await using other = await RawBackend.start(answering(OK));
  await using door = await listen({ ports: [closing.port, other.port] });
  using client = await RawClient.open(door.listener.port);
  client.send(request("GET"));
  await client.until((text) => text.endsWith("\n"));
  expect(client.received).toContain("HTTP/1.1 502 ");
  expect(other.all).toBe("");
});

test("a pool in which nothing may be picked is 503 with its reason", async () => {
  await using door = await listen({ ports: [] });
  using client = await RawClient.open(door.listener.port);
  client.send(request("GET"));
  const received = await client.until((text) => text.endsWith("\n"));
  expect(received).toContain("HTTP/1.1 503 Service Unavailable\r\n");
  expect(received).toContain("\r\nx-evenkeel-reason: no-healthy-backend\r\n");
  expect(received).not.toContain("Connection: close");
});

test("whatever clients and backends do, nothing stays in flight", async () => {
  const behaviours: readonly ((socket: Socket) => void)[] = [
    (socket) => socket.write(OK),
    (socket) => socket.end("HTTP/1.1 200 OK\r\n\r\nuntil close"),
    (socket) => socket.destroy(),
    (socket) => socket.resetAndDestroy(),
    (socket) => socket.end(),
    (socket) => socket.write("nonsense\r\n\r\n"),
    (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"),
    (socket) => socket.write(`${OK}extra`),
    () => {},
  ];
  const step = fc.record({
    behaviour: fc.nat(behaviours.length - 1),
    request: fc.constantFrom(
      request("GET"),
      request("POST", "hello"),
      request("GET").repeat(3),
      "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf",
      "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nbad",
      "nonsense",
      "GET /x HTTP/1.0\r\n\r\n",
    ),
    leaving: fc.constantFrom("end", "reset", "destroy"),
    waits: fc.nat(3),
  });
  let behaviour: (socket: Socket) => void = () => {};
  await using backend = await RawBackend.start((socket) => behaviour(socket));
  await using door = await listen({
    ports: [backend.port, await deadPort(), backend.port],
    timeouts: { response: "20ms", requestBody: "20ms", requestHeader: "20ms" },
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
      for (const { behaviour: chosen, request, leaving, waits } of steps) {
        behaviour = behaviours[chosen] ?? (() => {});
        using client = await RawClient.open(door.listener.port);
        client.send(request);
        for (let i = 0; i < waits; i += 1) await new Promise(setImmediate);
        if (leaving === "end") client.socket.end();
        else if (leaving === "reset") client.socket.resetAndDestroy();
        else client.socket.destroy();
      }
      await eventually(() => door.listener.counters.active === 0);
      expect(door.pool.backends.map((one) => one.inFlight)).toEqual([0, 0, 0]);
    }),
    { numRuns: 60 },
  );
  expect(door.pool.backends.reduce((sum, one) => sum + one.sent, 0)).toBeGreaterThan(20);
});
