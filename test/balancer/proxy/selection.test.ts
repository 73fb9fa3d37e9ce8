import type { Socket } from "node:net";
import { describe, expect, test, vi } from "vitest";
import { createPolicy } from "../../../balancer/selection/create-policy.ts";
import type { Candidate, PickContext, Policy, Result } from "../../../balancer/selection/policy.ts";
import { POLICY_NAMES } from "../../../balancer/selection/policy-names.ts";
import { answering, deadPort, eventually, listen, OK, RawBackend, RawClient } from "./harness.ts";

const FAILED = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nno";

/** Takes the first that is allowed, and writes down everything that it is told. */
class Diary implements Policy {
  readonly division = "key";
  readonly entries: string[] = [];
  readonly latencies: number[] = [];
  #candidates: readonly Candidate[] = [];
  update(candidates: readonly Candidate[]): void {
    this.#candidates = candidates;
  }
  pick({ allowed, key }: PickContext): Candidate | undefined {
    this.entries.push(`pick ${String(key)}`);
    return this.#candidates.find((candidate) => allowed(candidate));
  }
  started({ id, inFlight }: Candidate): void {
    this.entries.push(`started ${id} ${inFlight}`);
  }
  observed({ id }: Candidate, result: Result, latencyMs: number): void {
    this.entries.push(`${result} ${id}`);
    this.latencies.push(latencyMs);
  }
  ended({ id, inFlight }: Candidate): void {
    this.entries.push(`ended ${id} ${inFlight}`);
  }
}

describe("a policy is told of an http request", () => {
  test("that it started, was answered and ended", async () => {
    const policy = new Diary();
    await using backend = await RawBackend.start(answering(OK));
    await using door = await listen({ ports: [backend.port], policy });
    using client = await RawClient.open(door.listener.port);
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.until((text) => text.endsWith("ok"));
    await eventually(() => policy.entries.length === 4);
    expect(policy.entries).toEqual(["pick undefined", "started b0 1", "answered b0", "ended b0 0"]);
    expect(policy.latencies[0]).toBeGreaterThanOrEqual(0);
  });

  test("that it failed, when the status is 500 or above", async () => {
    const policy = new Diary();
    await using backend = await RawBackend.start(answering(FAILED));
    await using door = await listen({ ports: [backend.port], policy });
    using client = await RawClient.open(door.listener.port);
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.until((text) => text.endsWith("no"));
    await eventually(() => policy.entries.length === 4);
    expect(policy.entries.slice(1)).toEqual(["started b0 1", "failed b0", "ended b0 0"]);
  });

  test("that a connect failed, and of the second try", async () => {
    const policy = new Diary();
    await using backend = await RawBackend.start(answering(OK));
    await using door = await listen({ ports: [await deadPort(), backend.port], policy });
    using client = await RawClient.open(door.listener.port);
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.until((text) => text.endsWith("ok"));
    await eventually(() => policy.entries.length === 8);
    expect(policy.entries).toEqual([
      ...["pick undefined", "started b0 1", "failed b0", "ended b0 0"],
      ...["pick undefined", "started b1 1", "answered b1", "ended b1 0"],
    ]);
  });

  test("that its client left before the answer", async () => {
    const policy = new Diary();
    let asked = false;
    await using backend = await RawBackend.start(() => {
      asked = true;
    });
    await using door = await listen({ ports: [backend.port], policy });
    using client = await RawClient.open(door.listener.port);
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await eventually(() => asked);
    // An orderly end would be half a close, after which the answer is still wanted.
    client.socket.resetAndDestroy();
    await eventually(() => policy.entries.length === 4);
    expect(policy.entries.slice(1)).toEqual(["started b0 1", "abandoned b0", "ended b0 0"]);
  });

  test("that it was slow no longer than its backend: the client's own time for its body does not count", async () => {
    const policy = new Diary();
    await using backend = await RawBackend.start(answering(OK));
    await using door = await listen({ ports: [backend.port], policy });
    using client = await RawClient.open(door.listener.port);
    const beganAt = performance.now();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
    await eventually(() => backend.all.endsWith("hello"));
    await eventually(() => performance.now() - beganAt > 300);
    const bodyEndsAt = performance.now();
    client.send("world");
    await client.until((text) => text.endsWith("ok"));
    const answeredAt = performance.now();
    await eventually(() => policy.latencies.length === 1);
    expect(policy.latencies[0]).toBeGreaterThanOrEqual(0);
    expect(policy.latencies[0]).toBeLessThanOrEqual(answeredAt - bodyEndsAt);
  });
});

describe("the key of an http request", () => {
  test.each<[string, object, string]>([
    ["the client's address", { from: "client-ip" }, "127.0.0.1"],
    ["the path without the query", { from: "path" }, "/a/b"],
    ["a query parameter as it stands there", { from: "query", name: "user" }, "%41nn"],
    ["a parameter that is not there", { from: "query", name: "use" }, "undefined"],
    ["a header field, in any case", { from: "header", name: "X-Tenant" }, "blue"],
    ["a header field that is not there", { from: "header", name: "x-none" }, "undefined"],
    ["a cookie", { from: "cookie", name: "sid" }, "s-1"],
    ["a cookie of another line", { from: "cookie", name: "lang" }, "de"],
    ["a cookie whose name is the end of another", { from: "cookie", name: "id" }, "undefined"],
  ])("is %s", async (_, key, expected) => {
    const policy = new Diary();
    await using backend = await RawBackend.start(answering(OK));
    await using door = await listen({
      ports: [backend.port],
      policy,
      pool: { policy: "ring-hash", hashing: { key } },
    });
    using client = await RawClient.open(door.listener.port);
    client.send(
      "GET /a/b?x=1&user=%41nn&user=other HTTP/1.1\r\nHost: a\r\nx-tenant:  blue \r\n" +
        "Cookie: theme=dark; sid=s-1; sid=s-2\r\nCookie: lang=de\r\n\r\n",
    );
    await client.until((text) => text.endsWith("ok"));
    expect(policy.entries[0]).toBe(`pick ${expected}`);
  });

  test("is the same for the second try", async () => {
    const policy = new Diary();
    await using backend = await RawBackend.start(answering(OK));
    await using door = await listen({
      ports: [await deadPort(), backend.port],
      policy,
      pool: { policy: "maglev", hashing: { key: { from: "path" } } },
    });
    using client = await RawClient.open(door.listener.port);
    client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.until((text) => text.endsWith("ok"));
    expect(policy.entries.filter((entry) => entry.startsWith("pick"))).toEqual([
      "pick /x",
      "pick /x",
    ]);
  });
});

describe("a key is counted once a request, by the pick that excludes nobody", () => {
  test("when its second try is on another backend", async () => {
    await using backend = await RawBackend.start(answering(OK));
    await using door = await listen({
      ports: [await deadPort(), backend.port],
      policy: new Diary(),
    });
    const pick = vi.spyOn(door.pool, "pick");
    using client = await RawClient.open(door.listener.port);
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.until((text) => text.endsWith("ok"));
    expect(pick.mock.calls.map(([, excluded]) => excluded)).toEqual([null, new Set(["b0"])]);
  });

  test("when the connection that it went out on was stale, and there is no other backend", async () => {
    let requests = 0;
    await using backend = await RawBackend.start((socket, received, index) => {
      requests += 1;
      if (index === 0 && requests === 2) socket.destroy();
      else answering(OK)(socket, received);
    });
    await using door = await listen({ ports: [backend.port], policy: new Diary() });
    using client = await RawClient.open(door.listener.port);
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.until((text) => text.endsWith("ok"));
    const pick = vi.spyOn(door.pool, "pick");
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.until((text) => text.split("\r\n\r\nok").length === 3);
    expect(pick.mock.calls.map(([, excluded]) => excluded)).toEqual([
      null,
      new Set(["b0"]),
      new Set(),
    ]);
  });

  test("when the second try is that of a tcp connection", async () => {
    await using backend = await RawBackend.start((socket: Socket) => socket.end("bye"));
    await using door = await listen({
      protocol: "tcp",
      ports: [await deadPort(), backend.port],
      policy: new Diary(),
    });
    const pick = vi.spyOn(door.pool, "pick");
    using client = await RawClient.open(door.listener.port);
    client.send("hello");
    await client.untilOver();
    expect(pick.mock.calls.map(([, excluded]) => excluded)).toEqual([null, new Set(["b0"])]);
  });
});

describe("a policy is told of a tcp connection", () => {
  test("by the client's address: it started, was connected and ended", async () => {
    const policy = new Diary();
    await using backend = await RawBackend.start((socket: Socket) => socket.end("bye"));
    await using door = await listen({
      protocol: "tcp",
      ports: [backend.port],
      policy,
      pool: { policy: "source-ip-hash" },
    });
    using client = await RawClient.open(door.listener.port);
    client.send("hello");
    await client.untilOver();
    await eventually(() => policy.entries.length === 4);
    expect(policy.entries).toEqual(["pick 127.0.0.1", "started b0 1", "answered b0", "ended b0 0"]);
  });

  test("that the connect failed, and of the second try", async () => {
    const policy = new Diary();
    await using backend = await RawBackend.start((socket: Socket) => socket.end("bye"));
    await using door = await listen({
      protocol: "tcp",
      ports: [await deadPort(), backend.port],
      policy,
    });
    using client = await RawClient.open(door.listener.port);
    client.send("hello");
    await client.untilOver();
    await eventually(() => policy.entries.length === 8);
    expect(policy.entries.slice(1, 7)).toEqual([
      ...["started b0 1", "failed b0", "ended b0 0"],
      ...["pick undefined", "started b1 1", "answered b1"],
    ]);
  });
});

describe.each(POLICY_NAMES)("%s", (name) => {
  test("balances http requests around a backend that is down", async () => {
    await using backend = await RawBackend.start(answering(OK));
    await using door = await listen({
      ports: [backend.port, await deadPort()],
      policy: createPolicy(name, { tableSize: 251 }),
      pool: { policy: name },
    });
    door.backend(1).health = "unhealthy";
    using client = await RawClient.open(door.listener.port);
    for (let request = 1; request <= 5; request += 1) {
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      await client.until((text) => text.split("\r\n\r\nok").length === request + 1);
    }
    expect(door.backend(0).sent).toBe(5);
    expect(door.backend(1).sent).toBe(0);
  });

  test("balances tcp connections around a backend that is down", async () => {
    await using backend = await RawBackend.start((socket: Socket) => socket.end("bye"));
    await using door = await listen({
      protocol: "tcp",
      ports: [backend.port, await deadPort()],
      policy: createPolicy(name, { tableSize: 251 }),
      pool: { policy: name },
    });
    door.backend(1).health = "unhealthy";
    for (let connection = 0; connection < 3; connection += 1) {
      using client = await RawClient.open(door.listener.port);
      client.send("hello");
      expect(await client.untilOver()).toBe("bye");
    }
    expect(door.backend(0).sent).toBe(3);
  });
});
