import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ask, startBackend, startRedis, until, type Reply } from "./programs.ts";

const after = (ms: string, seq: string) => ({
  headers: { "x-evenkeel-service-ms": ms, "x-evenkeel-seq": seq },
});
const cookieOf = (reply: Reply) => ({
  cookie: reply.headers["set-cookie"]?.[0]?.split(";")[0] ?? "",
});

describe("work", () => {
  test("is answered with a body as long as asked for, and refused beyond a mebibyte", async () => {
    await using backend = await startBackend();
    const asking = (bytes: string) => ({ headers: { "x-evenkeel-body-bytes": bytes } });
    const long = await ask(backend, "/", asking("100000"));
    expect(long.headers["content-length"]).toBe("100000");
    expect(long.body).toMatchObject({ node: "app-1" });
    for (const bytes of ["1048577", "-1", "1e3"]) {
      expect((await ask(backend, "/", asking(bytes))).status).toBe(400);
    }
  });

  test("is answered with the node and the sequence number it came with", async () => {
    await using backend = await startBackend();
    const reply = await ask(backend, "/", after("0", "42"));
    expect(reply.status).toBe(200);
    expect(reply.headers["x-evenkeel-node"]).toBe("app-1");
    expect(reply.body).toEqual({ node: "app-1", seq: 42 });
  });

  test("takes the service time that it brings", async () => {
    await using backend = await startBackend("--service", "constant:3000");
    const { tookMs } = await ask(backend, "/", after("40", "1"));
    expect(tookMs).toBeGreaterThanOrEqual(40);
    expect(tookMs).toBeLessThan(2_900);
  });

  test("takes the default service time when it brings none", async () => {
    await using backend = await startBackend("--service", "constant:60");
    const { tookMs } = await ask(backend, "/");
    expect(tookMs).toBeGreaterThanOrEqual(60);
    expect(tookMs).toBeLessThan(360);
  });

  test("waits for a worker, first come first served", async () => {
    await using backend = await startBackend("--workers", "1");
    const first = ask(backend, "/", after("150", "1"));
    // Its check is answered after its arrival, so that the order of the others is known.
    await ask(backend, "/livez");
    const rest: Promise<Awaited<typeof first>>[] = [];
    for (const seq of ["2", "3", "4"]) {
      rest.push(ask(backend, "/", after("30", seq)));
      await ask(backend, "/livez");
    }
    const replies = await Promise.all([first, ...rest]);
    const ends = replies.map((reply) => reply.doneAtMs);
    expect(ends).toEqual([...ends].sort((a, b) => a - b));
    // 150 + 30 + 30 + 30 in a row; with two workers it would be 150.
    const total = (ends.at(-1) ?? 0) - ((ends[0] ?? 0) - (replies[0]?.tookMs ?? 0));
    expect(total).toBeGreaterThanOrEqual(240);
    expect(total).toBeLessThan(600);
  });

  test("is refused with 503 when the queue is full, while checks still pass", async () => {
    await using backend = await startBackend("--workers", "1", "--queue", "1");
    const busy = [ask(backend, "/", after("500", "1"))];
    await ask(backend, "/livez");
    busy.push(ask(backend, "/", after("0", "2")));
    await ask(backend, "/livez");
    const refused = await ask(backend, "/", after("0", "3"));
    expect(refused.status).toBe(503);
    expect(refused.body).toEqual({ node: "app-1", seq: 3, error: "queue-full" });
    const check = await ask(backend, "/readyz");
    expect(check.status).toBe(200);
    expect(check.tookMs).toBeLessThan(400);
    expect((await Promise.all(busy)).map((reply) => reply.status)).toEqual([200, 200]);
  });

  test.each(["x", "-1", "600001"])("with the service time %j is refused with 400", async (ms) => {
    await using backend = await startBackend();
    expect((await ask(backend, "/", after(ms, "1"))).status).toBe(400);
  });

  test("elsewhere than on the known paths is not found", async () => {
    await using backend = await startBackend();
    expect((await ask(backend, "/nowhere")).status).toBe(404);
  });
});

describe("a stop", () => {
  test("finishes what is in flight, refuses what is new and ends with 0", async () => {
    await using backend = await startBackend();
    const inFlight = ask(backend, "/", after("200", "1"));
    await ask(backend, "/livez");
    backend.child.kill("SIGTERM");
    await until(() =>
      ask(backend, "/readyz").then(
        () => false,
        () => true,
      ),
    );
    const reply = await inFlight;
    expect(reply.status).toBe(200);
    expect(reply.tookMs).toBeGreaterThanOrEqual(200);
    expect(reply.headers.connection).toBe("close");
    expect(await backend.exited).toBe(0);
  });

  test("does not wait for connections on which nothing was asked", async () => {
    await using backend = await startBackend();
    const socket = connect(backend.port, "127.0.0.1").resume();
    await once(socket, "connect");
    await ask(backend, "/livez");
    backend.child.kill("SIGTERM");
    await once(socket, "close");
    expect(await backend.exited).toBe(0);
  });

  test("turns readiness to 503 for a check on a kept connection", async () => {
    await using backend = await startBackend();
    const inFlight = ask(backend, "/", after("400", "1"));
    await ask(backend, "/livez");
    const socket = connect(backend.port, "127.0.0.1").setEncoding("utf8");
    await once(socket, "connect");
    // Half a request keeps the connection in use; its rest comes after the signal.
    socket.write("GET /readyz HTTP/1.1\r\nhost: a\r\n\r\nGET /readyz HTTP/1.1\r\n");
    expect(String(await once(socket, "data"))).toContain("200 OK");
    backend.child.kill("SIGTERM");
    await until(() =>
      ask(backend, "/livez").then(
        () => false,
        () => true,
      ),
    );
    socket.write("host: a\r\n\r\n");
    expect(String(await once(socket, "data"))).toContain("503");
    await inFlight;
    expect(await backend.exited).toBe(0);
  });
});

describe("the request log", () => {
  test("names every finished request with its times", async () => {
    const folder = await mkdtemp("/tmp/evenkeel-");
    try {
      const log = join(folder, "log", "requests.ndjson");
      await using backend = await startBackend("--log", log, "--workers", "1");
      const ids = { "x-evenkeel-run": "r1", "x-evenkeel-trial": "2" };
      const send = (seq: string) =>
        ask(backend, "/", { headers: { ...after("200", seq).headers, ...ids } });
      const first = send("1");
      await ask(backend, "/livez");
      await Promise.all([first, send("2")]);
      backend.child.kill("SIGTERM");
      expect(await backend.exited).toBe(0);
      const lines = (await readFile(log, "utf8")).trim().split("\n");
      const records = lines
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter((record) => record["path"] === "/");
      expect(new Set(records.map((record) => record["seq"]))).toEqual(new Set([1, 2]));
      for (const record of records) {
        expect(record).toMatchObject({ run: "r1", trial: 2, status: 200, path: "/" });
        const took = Number(
          BigInt(String(record["completedNs"])) - BigInt(String(record["startedNs"])),
        );
        expect(took).toBeGreaterThanOrEqual(200e6);
        expect(took).toBeLessThan(1500e6);
      }
      // One worker: the second waited for the first, about its whole service time.
      const waits = records.map((record) => Number(record["queuedMs"])).sort((a, b) => a - b);
      expect(waits[0]).toBeLessThan(10);
      expect(waits[1]).toBeGreaterThan(50);
      expect(waits[1]).toBeLessThan(201);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("sessions", () => {
  test("count on across a restart of the application", async () => {
    await using redis = await startRedis();
    const flags = ["--redis", `127.0.0.1:${redis.port}`, "--session-ttl", "60"];
    let headers = {};
    {
      await using backend = await startBackend(...flags);
      const first = await ask(backend, "/session", { method: "POST" });
      expect(first.body["count"]).toBe(1);
      expect(first.headers["set-cookie"]?.[0]).toMatch(
        /^evenkeel-session=[0-9a-f-]{36}; Path=\/; HttpOnly; Max-Age=60$/,
      );
      headers = cookieOf(first);
      expect((await ask(backend, "/session", { method: "POST", headers })).body["count"]).toBe(2);
    }
    await using backend = await startBackend(...flags);
    expect((await ask(backend, "/session", { headers })).body["count"]).toBe(2);
    expect((await ask(backend, "/session")).body["count"]).toBe(0);
  });

  test("fail at once while the store is gone and come back with it", async () => {
    const redis = await startRedis();
    await using backend = await startBackend("--redis", `127.0.0.1:${redis.port}`);
    expect((await ask(backend, "/session", { method: "POST" })).status).toBe(200);
    await redis[Symbol.asyncDispose]();
    const without = await ask(backend, "/session", { method: "POST" });
    expect(without.status).toBe(503);
    expect(without.body["error"]).toBe("store-unavailable");
    expect(without.tookMs).toBeLessThan(500);
    await using _again = await startRedis(redis.port);
    await until(async () => (await ask(backend, "/session", { method: "POST" })).status === 200);
  });

  test("need a store", async () => {
    await using backend = await startBackend();
    expect((await ask(backend, "/session")).status).toBe(501);
  });
});

describe("health", () => {
  test("asks the store only when it is told to, and gives it one second", async () => {
    await using redis = await startRedis();
    await using backend = await startBackend("--redis", `127.0.0.1:${redis.port}`);
    expect((await ask(backend, "/healthz?deep")).status).toBe(200);
    redis.child.kill("SIGSTOP");
    try {
      const stalled = await ask(backend, "/healthz?deep");
      expect(stalled.status).toBe(503);
      expect(stalled.body["store"]).toBe("store-timeout");
      expect(stalled.tookMs).toBeGreaterThanOrEqual(990);
      expect(stalled.tookMs).toBeLessThan(1500);
      for (const path of ["/healthz", "/readyz", "/livez"]) {
        expect((await ask(backend, path)).status).toBe(200);
      }
    } finally {
      redis.child.kill("SIGCONT");
    }
    await until(async () => (await ask(backend, "/healthz?deep")).status === 200);
  });

  test("is alive at once and ready after its boot", async () => {
    const began = performance.now();
    await using backend = await startBackend("--boot-delay", "400");
    const booting = [await ask(backend, "/livez"), await ask(backend, "/readyz")];
    expect(booting.map(({ status }) => status)).toEqual([200, 503]);
    await until(async () => (await ask(backend, "/readyz")).status === 200);
    expect(performance.now() - began).toBeGreaterThanOrEqual(400);
    expect((await ask(backend, "/")).status).toBe(200);
  });

  test("a stop ends a boot", async () => {
    await using backend = await startBackend("--boot-delay", "600000");
    backend.child.kill("SIGTERM");
    expect(await backend.exited).toBe(0);
  });

  test("starts without its store, and says so only to those who ask deeply", async () => {
    // The discard port: nothing listens there.
    await using backend = await startBackend("--redis", "127.0.0.1:9");
    expect((await ask(backend, "/readyz")).status).toBe(200);
    expect((await ask(backend, "/healthz?deep")).status).toBe(503);
  });
});
