import { describe, expect, test } from "vitest";
import { ListenFailed } from "../../../balancer/listener/listen-failed.ts";
import { createListener } from "../../../balancer/listener/create-listener.ts";
import { answering, eventually, listen, OK, RawBackend, RawClient } from "../proxy/harness.ts";

const GET = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

test("an address that is taken is refused with the next step", async () => {
  await using door = await listen({ ports: [] });
  const { config, port } = door.listener;
  const second = createListener(
    { ...config, port },
    {
      pool: door.pool,
      timeouts: {
        connect: 1,
        requestHeader: 1,
        requestBody: 1,
        response: 1,
        idle: 1,
        upstreamIdle: 1,
        lameDuck: 1,
        drain: 1,
      },
      limits: {
        connections: 1,
        headerBytes: 64,
        headerLineBytes: 64,
        headerCount: 1,
        targetBytes: 64,
        bodyBytes: 64,
        upstreamIdle: 0,
      },
      nodeId: "lb-b",
      now: () => 0,
    },
  );
  const failure = await second.start().then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(ListenFailed);
  expect(String(failure)).toContain(`Listener "web" cannot listen on 127.0.0.1:${port}`);
  expect(String(failure)).toMatch(/or choose another port\.$/);
});

test("a connection above the limit is closed and counted; the others go on", async () => {
  await using backend = await RawBackend.start(answering(OK));
  await using door = await listen({ ports: [backend.port], limits: { connections: 1 } });
  using first = await RawClient.open(door.listener.port);
  await eventually(() => door.listener.counters.active === 1);
  using second = await RawClient.open(door.listener.port);
  expect(await second.untilOver()).toBe("");
  expect(door.listener.counters.rejected.get("connection-limit")).toBe(1);
  first.send(GET);
  await first.until((text) => text.endsWith("ok"));
});

describe("timeouts", () => {
  const within = async (run: () => Promise<unknown>, floorMs: number, ceilingMs: number) => {
    const begin = performance.now();
    await run();
    const took = performance.now() - begin;
    expect(took).toBeGreaterThanOrEqual(floorMs);
    expect(took).toBeLessThan(ceilingMs);
  };

  test("a header section that comes a byte at a time is 408 after the whole time, not per byte", async () => {
    await using door = await listen({ ports: [], timeouts: { requestHeader: "200ms" } });
    using client = await RawClient.open(door.listener.port);
    const drip = setInterval(() => client.send("X"), 20);
    await within(() => client.untilOver(), 180, 2_000);
    clearInterval(drip);
    expect(client.received).toMatch(/^HTTP\/1\.1 408 .*Connection: close/s);
    expect(door.listener.counters.rejected.get("header-timeout")).toBe(1);
  });

  test("a connection without a byte is closed silently", async () => {
    await using door = await listen({ ports: [], timeouts: { idle: "100ms" } });
    using client = await RawClient.open(door.listener.port);
    await within(() => client.untilOver(), 80, 2_000);
    expect(client.received).toBe("");
    expect(client.over).toBe("end");
  });

  test("a connection is closed when no further request comes", async () => {
    await using backend = await RawBackend.start(answering(OK));
    await using door = await listen({ ports: [backend.port], timeouts: { idle: "100ms" } });
    using client = await RawClient.open(door.listener.port);
    client.send(GET);
    await client.until((text) => text.endsWith("ok"));
    await within(() => client.untilOver(), 80, 2_000);
  });

  test.each([
    ["Content-Length", "Content-Length: 10\r\n\r\nhalf"],
    ["chunks, before the first", "Transfer-Encoding: chunked\r\n\r\n"],
    ["chunks, after the first", "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"],
  ])("a body that stops is 408: %s", async (_name, rest) => {
    await using backend = await RawBackend.start(() => {});
    await using door = await listen({ ports: [backend.port], timeouts: { requestBody: "100ms" } });
    using client = await RawClient.open(door.listener.port);
    client.send(`POST /x HTTP/1.1\r\nHost: a\r\n${rest}`);
    await within(() => client.untilOver(), 80, 2_000);
    expect(client.received).toMatch(/^HTTP\/1\.1 408 .*body-timeout\n$/s);
    await eventually(() => door.backend(0).inFlight === 0);
    expect(door.backend(0).failed).toBe(0);
  });

  test("a backend that does not answer is 504, and its failure", async () => {
    await using backend = await RawBackend.start(() => {});
    await using door = await listen({ ports: [backend.port], timeouts: { response: "100ms" } });
    using client = await RawClient.open(door.listener.port);
    client.send(GET);
    await within(() => client.until((text) => text.endsWith("\n")), 80, 2_000);
    expect(client.received).toMatch(/^HTTP\/1\.1 504 .*response-timeout\n$/s);
    expect(door.backend(0)).toMatchObject({ inFlight: 0, failed: 1 });
  });

  test("a client that takes nothing of its answer has the idle time, however short the backend's", async () => {
    await using backend = await RawBackend.start((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n");
      socket.write(Buffer.alloc(67_108_864));
    });
    const timeouts = { response: "100ms", idle: "500ms" };
    await using door = await listen({ ports: [backend.port], timeouts });
    using client = await RawClient.open(door.listener.port);
    client.socket.pause();
    client.send(GET);
    await within(() => eventually(() => door.listener.counters.active === 0), 480, 4_000);
    client.socket.resume();
    await client.untilOver();
    expect(client.over).toBe("error");
    expect(door.backend(0)).toMatchObject({ inFlight: 0, failed: 0 });
  });

  test("a backend that stops in the middle of its answer breaks the client's connection", async () => {
    await using backend = await RawBackend.start(
      answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
    );
    await using door = await listen({ ports: [backend.port], timeouts: { response: "100ms" } });
    using client = await RawClient.open(door.listener.port);
    client.send(GET);
    await within(() => client.untilOver(), 80, 2_000);
    expect(client.over).toBe("error");
  });
});

describe("a drain", () => {
  test("closes idle connections at once and lets a request in flight finish", async () => {
    let release: () => void = () => {};
    await using backend = await RawBackend.start((socket) => {
      release = () => socket.write(OK);
    });
    const door = await listen({ ports: [backend.port] });
    using idle = await RawClient.open(door.listener.port);
    using busy = await RawClient.open(door.listener.port);
    const { port } = door.listener;
    busy.send(GET);
    await eventually(() => backend.all !== "");
    const drained = door.listener.drain(5_000);
    await idle.untilOver();
    expect(idle.over).toBe("end");
    expect(idle.received).toBe("");
    expect(busy.over).toBeNull();
    await expect(RawClient.open(port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    release();
    expect(await busy.untilOver()).toMatch(/^HTTP\/1\.1 200 OK.*\r\nConnection: close\r\n\r\nok$/s);
    expect(busy.over).toBe("end");
    expect(await drained).toEqual({ completed: 1, cut: 0 });
    expect(door.listener.counters.active).toBe(0);
    expect(door.backend(0).inFlight).toBe(0);
  });

  test("lets a request whose head has begun come in whole", async () => {
    await using backend = await RawBackend.start(answering(OK));
    const door = await listen({ ports: [backend.port] });
    using client = await RawClient.open(door.listener.port);
    client.send(GET.slice(0, 10));
    await eventually(() => door.listener.counters.active === 1);
    await eventually(() => door.listener.counters.active === 1);
    const drained = door.listener.drain(5_000);
    client.send(GET.slice(10));
    await client.untilOver();
    expect((await drained).cut).toBe(0);
  });

  test("cuts what is left at the deadline", async () => {
    await using backend = await RawBackend.start(() => {});
    const door = await listen({ ports: [backend.port] });
    using client = await RawClient.open(door.listener.port);
    client.send(GET);
    await eventually(() => backend.all !== "");
    const begin = performance.now();
    expect(await door.listener.drain(100)).toEqual({ completed: 0, cut: 1 });
    const took = performance.now() - begin;
    expect(took).toBeGreaterThanOrEqual(90);
    expect(took).toBeLessThan(2_000);
    await client.untilOver();
    expect(client.over).toBe("error");
    expect(door.backend(0).inFlight).toBe(0);
  });

  test("of a TCP listener waits for its relays, then cuts them", async () => {
    await using backend = await RawBackend.start((socket, received) => socket.write(received));
    const door = await listen({ protocol: "tcp", ports: [backend.port] });
    using ending = await RawClient.open(door.listener.port);
    using staying = await RawClient.open(door.listener.port);
    ending.send("1");
    staying.send("2");
    await ending.until((text) => text === "1");
    await staying.until((text) => text === "2");
    const drained = door.listener.drain(200);
    ending.socket.end();
    expect(await drained).toEqual({ completed: 1, cut: 1 });
    expect(door.backend(0).inFlight).toBe(0);
  });

  test("may be asked for twice", async () => {
    await using backend = await RawBackend.start(() => {});
    const door = await listen({ ports: [backend.port] });
    using client = await RawClient.open(door.listener.port);
    client.send(GET);
    await eventually(() => backend.all !== "");
    const patient = door.listener.drain(60_000);
    expect(await door.listener.drain(0)).toEqual({ completed: 0, cut: 1 });
    await patient;
  });

  test("of a listener without connections is over at once", async () => {
    const door = await listen({ ports: [] });
    expect(await door.listener.drain(60_000)).toEqual({ completed: 0, cut: 0 });
  });
});

test("a lame duck still accepts and answers, and closes after each answer", async () => {
  await using backend = await RawBackend.start(answering(OK));
  await using door = await listen({ ports: [backend.port] });
  using early = await RawClient.open(door.listener.port);
  early.send(GET);
  await early.until((text) => text.endsWith("ok"));
  door.listener.lameDuck();
  early.send(GET);
  expect(await early.untilOver()).toMatch(/\r\nConnection: close\r\n\r\nok$/);
  using late = await RawClient.open(door.listener.port);
  late.send(GET);
  expect(await late.untilOver()).toMatch(/^HTTP\/1\.1 200 OK.*\r\nConnection: close\r\n\r\nok$/s);
});
