import { describe, expect, test } from "vitest";
import { deadPort, eventually, listen, RawBackend, RawClient, stalled } from "./harness.ts";

describe("a TCP relay", () => {
  test("carries bytes both ways and counts by connection", async () => {
    await using backend = await RawBackend.start((socket, received) =>
      socket.write(`<${received}>`),
    );
    await using door = await listen({ protocol: "tcp", ports: [backend.port] });
    {
      using client = await RawClient.open(door.listener.port);
      client.send("hello");
      await client.until((text) => text === "<hello>");
      expect(door.backend(0)).toMatchObject({ sent: 1, inFlight: 1, failed: 0 });
      expect(door.listener.counters).toMatchObject({ requests: 1, bytesIn: 5, bytesOut: 7 });
    }
    await eventually(() => door.listener.counters.active === 0);
    expect(door.backend(0).inFlight).toBe(0);
  });

  test("passes the client's end on and leaves the way back open", async () => {
    await using backend = await RawBackend.start(() => {});
    await using door = await listen({ protocol: "tcp", ports: [backend.port] });
    using client = await RawClient.open(door.listener.port);
    client.send("question");
    client.socket.end();
    await eventually(() => backend.sockets[0]?.readableEnded === true);
    expect(backend.all).toBe("question");
  });

  test("answers after the client has ended arrive whole", async () => {
    const answer = "x".repeat(3_000_000);
    await using backend = await RawBackend.start((socket, received) => {
      if (received === "question") socket.write(answer);
    });
    await using door = await listen({ protocol: "tcp", ports: [backend.port] });
    using client = await RawClient.open(door.listener.port);
    client.send("question");
    client.socket.end();
    expect((await client.untilOver()).length).toBe(answer.length);
    expect(client.over).toBe("end");
    await eventually(() => door.backend(0).inFlight === 0);
  });

  test("passes the backend's end on and leaves the way there open", async () => {
    await using backend = await RawBackend.start((socket, received) => {
      if (received === "1") socket.end("bye");
    });
    await using door = await listen({ protocol: "tcp", ports: [backend.port] });
    using client = await RawClient.open(door.listener.port);
    client.socket.removeAllListeners("end");
    client.send("1");
    await client.until((text) => text === "bye");
    await eventually(() => client.socket.readableEnded);
    client.send("2");
    await eventually(() => backend.all === "12");
    client.socket.end();
    await eventually(() => door.backend(0).inFlight === 0 && door.listener.counters.active === 0);
  });

  test("breaks the client when the backend resets", async () => {
    await using backend = await RawBackend.start((socket) => socket.resetAndDestroy());
    await using door = await listen({ protocol: "tcp", ports: [backend.port] });
    using client = await RawClient.open(door.listener.port);
    client.send("x");
    await client.untilOver();
    expect(client.over).toBe("error");
    await eventually(() => door.listener.counters.active === 0);
    expect(door.backend(0)).toMatchObject({ inFlight: 0, failed: 1 });
  });

  test("breaks the backend when the client resets", async () => {
    await using backend = await RawBackend.start(() => {});
    await using door = await listen({ protocol: "tcp", ports: [backend.port] });
    using client = await RawClient.open(door.listener.port);
    client.send("x");
    await eventually(() => backend.all === "x");
    client.socket.resetAndDestroy();
    await eventually(() => backend.sockets[0]?.destroyed === true);
    await eventually(() => door.backend(0).inFlight === 0);
    expect(door.backend(0).failed).toBe(0);
  });

  test("tries the connect once more on another backend", async () => {
    await using backend = await RawBackend.start((socket, received) => socket.write(received));
    await using door = await listen({ protocol: "tcp", ports: [await deadPort(), backend.port] });
    using client = await RawClient.open(door.listener.port);
    client.send("early");
    await client.until((text) => text === "early");
    expect(door.listener.counters.retries).toBe(1);
    expect(door.pool.backends.map(({ sent, failed }) => [sent, failed])).toEqual([
      [1, 1],
      [1, 0],
    ]);
  });

  test("tries no third backend, and then breaks the client", async () => {
    const dead = await deadPort();
    await using door = await listen({ protocol: "tcp", ports: [dead, dead, dead] });
    using client = await RawClient.open(door.listener.port);
    await client.untilOver();
    expect(client.over).toBe("error");
    await eventually(() => door.listener.counters.active === 0);
    expect(door.pool.backends.map((one) => one.sent)).toEqual([1, 1, 0]);
    expect(door.pool.backends.map((one) => one.inFlight)).toEqual([0, 0, 0]);
  });

  test("breaks the client when no backend may be picked", async () => {
    await using door = await listen({ protocol: "tcp", ports: [] });
    using client = await RawClient.open(door.listener.port);
    await client.untilOver();
    expect(door.listener.counters.upstreamErrors.get("no-healthy-backend")).toBe(1);
  });

  test("pauses a backend whose client does not read", async () => {
    const total = 64 * 1024 * 1024;
    const piece = Buffer.alloc(64 * 1024, 0x78);
    let written = 0;
    await using backend = await RawBackend.start((socket) => {
      const more = () => {
        while (written < total) {
          written += piece.length;
          if (!socket.write(piece)) {
            socket.once("drain", more);
            return;
          }
        }
      };
      more();
    });
    await using door = await listen({ protocol: "tcp", ports: [backend.port] });
    using client = await RawClient.open(door.listener.port);
    client.socket.pause();
    client.send("go");
    await stalled(() => written);
    expect(written).toBeLessThan(total / 2);
  });
});

test("a client that ended its side before the second try is heard by the backend of that try", async () => {
  await using backend = await RawBackend.start(() => {});
  await using door = await listen({ protocol: "tcp", ports: [await deadPort(), backend.port] });
  using client = await RawClient.open(door.listener.port);
  client.socket.end();
  await client.untilOver();
  expect(client.over).toBe("end");
  await eventually(() => door.listener.counters.active === 0);
  expect(door.listener.counters.retries).toBe(1);
  expect(door.backend(1).inFlight).toBe(0);
});
