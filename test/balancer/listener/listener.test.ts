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

test.each(["http", "tcp"] as const)(
  "who waited while nobody received and has reset is not served: %s",
  async (protocol) => {
    await using backend = await RawBackend.start(() => {});
    const door = await listen({ protocol, ports: [backend.port] });
    const socket = door.listener.release();
    if (socket === null) throw new Error("It does not listen.");
    const connections = (): Promise<number> =>
      new Promise((resolve) => socket.server.getConnections((_, count) => resolve(count)));
    using client = await RawClient.open(socket.port);
    await expect.poll(connections, { timeout: 10_000 }).toBe(1);
    client.socket.resetAndDestroy();
    await expect.poll(connections, { timeout: 10_000 }).toBe(0);
    await door.listener.start(socket);
    expect(door.listener.counters).toMatchObject({ accepted: 0, active: 0 });
    expect(await door.listener.drain(60_000)).toEqual({ completed: 0, cut: 0 });
    expect(backend.sockets).toEqual([]);
  },
);

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

  test("an empty line is no request: its connection is closed silently, at its end and after its time", async () => {
    await using backend = await RawBackend.start(answering(OK));
    const timeouts = { idle: "400ms", requestHeader: "50ms" };
    await using door = await listen({ ports: [backend.port], timeouts });
    for (const ends of [true, false]) {
      using client = await RawClient.open(door.listener.port);
      const over = async (): Promise<void> => {
        client.send(`${GET}\r\n`);
        await client.until((text) => text.endsWith("ok"));
        if (ends) client.socket.end();
        await client.untilOver();
      };
      await within(over, ends ? 0 : 380, 4_000);
      expect(client.received.match(/HTTP\/1\.1/g)).toHaveLength(1);
      expect(client.over).toBe("end");
    }
    expect([...door.listener.counters.rejected]).toEqual([]);
    const long = { idle: "30s", requestHeader: "50ms" };
    await using other = await listen({ ports: [backend.port], timeouts: long });
    using patient = await RawClient.open(other.listener.port);
    patient.send("\r\n");
    await new Promise((resolve) => setTimeout(resolve, 150));
    patient.send(GET);
    expect(await patient.until((text) => text.endsWith("ok"))).toContain("200 OK");
  });

  test.each([
    ["an expected 100", "Expect: 100-continue\r\n", "", "HTTP/1.1 100 Continue\r\n\r\n"],
    ["an early hint", "", "he", "HTTP/1.1 103 Early Hints\r\n\r\n"],
    ["the begin of the answer", "", "he", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no"],
  ])(
    "a client has its own time for the rest of a body, whatever the backend sends meanwhile: %s",
    async (_name, fields, begin, meanwhile) => {
      await using backend = await RawBackend.start((socket, received) => {
        if (!received.endsWith("hello")) socket.write(meanwhile);
        else socket.write(meanwhile.includes("200") ? "k" : OK);
      });
      const timeouts = { response: "500ms", requestBody: "30s" };
      await using door = await listen({ ports: [backend.port], timeouts });
      using client = await RawClient.open(door.listener.port);
      client.send(`POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n${fields}\r\n${begin}`);
      await client.until((text) => text.endsWith(meanwhile.slice(-3)));
      await new Promise((resolve) => setTimeout(resolve, 900));
      client.send("hello".slice(begin.length));
      expect(await client.until((text) => text.endsWith("ok"))).toMatch(/200 OK.*ok$/s);
    },
  );

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

  test("closes a connection cleanly once its answer is whole, also one that was told it may stay", async () => {
    let finish: () => void = () => {};
    await using backend = await RawBackend.start((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe");
      finish = () => socket.write("llo");
    });
    const door = await listen({ ports: [backend.port] });
    using client = await RawClient.open(door.listener.port);
    client.send(GET);
    await client.until((text) => text.endsWith("he"));
    expect(client.received).not.toContain("Connection: close");
    const drained = door.listener.drain(60_000);
    finish();
    expect(await client.untilOver()).toMatch(/hello$/);
    expect(client.over).toBe("end");
    expect(await drained).toEqual({ completed: 1, cut: 0 });
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
