import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openAccessLog, type AccessRecord } from "../../../balancer/telemetry/access-log.ts";
import { answering, listen, OK, RawBackend, RawClient } from "../proxy/harness.ts";

const RECORD: AccessRecord = {
  monotonicNs: "1",
  listener: "web",
  client: "127.0.0.1:1",
  method: "GET",
  target: '/x\r\n\u001b[31m"',
  status: 200,
  backend: "b0",
  durationMs: 1,
  bytes: 2,
  retries: 0,
};

async function folder() {
  const path = await mkdtemp(join(tmpdir(), "access-log-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

async function records(file: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(file, "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const unexpected = (error: Error) => {
  throw error;
};

describe("the access log", () => {
  test("has one line a request, with the sequence number and run that the client gave", async () => {
    await using home = await folder();
    const file = join(home.path, "access.ndjson");
    const log = openAccessLog(file, unexpected);
    {
      await using backend = await RawBackend.start(answering(OK));
      await using door = await listen({ ports: [backend.port], accessLog: log });
      using client = await RawClient.open(door.listener.port);
      client.send(
        "GET /a?b HTTP/1.1\r\nHost: a\r\nx-evenkeel-seq: 7\r\nx-evenkeel-run: r1\r\n\r\n",
      );
      await client.until((text) => text.endsWith("ok"));
      client.send("GET /\u00e9 HTTP/1.1\r\n\r\n");
      await client.untilOver();
    }
    await log.close();
    const [served, refused, ...more] = await records(file);
    expect(served).toMatchObject({
      listener: "web",
      method: "GET",
      target: "/a?b",
      status: 200,
      backend: "b0",
      bytes: 2,
      retries: 0,
      seq: "7",
      run: "r1",
    });
    expect(String(served?.["monotonicNs"])).toMatch(/^\d+$/);
    expect(refused).toMatchObject({ status: 400, reason: "target", backend: "", method: "" });
    expect(more).toEqual([]);
  });

  test("can be closed twice, and is complete then", async () => {
    await using home = await folder();
    const file = join(home.path, "access.ndjson");
    const log = openAccessLog(file, unexpected);
    log.write(RECORD);
    await Promise.all([log.close(), log.close()]);
    await log.close();
    expect(await records(file)).toEqual([RECORD]);
  });

  test("keeps hostile text inside its line", async () => {
    await using home = await folder();
    const file = join(home.path, "access.ndjson");
    const log = openAccessLog(file, unexpected);
    log.write(RECORD);
    await log.close();
    const bytes = await readFile(file);
    expect([...bytes].filter((byte) => byte < 0x20)).toEqual([0x0a]);
    expect(await records(file)).toEqual([RECORD]);
  });

  test("drops and counts lines beyond its bound", async () => {
    await using home = await folder();
    const file = join(home.path, "access.ndjson");
    const log = openAccessLog(file, unexpected, { maximumBytes: 1_000 });
    for (let i = 0; i < 100; i += 1) log.write(RECORD);
    expect(log.dropped).toBeGreaterThan(80);
    await log.close();
    expect((await records(file)).length).toBe(100 - log.dropped);
  });

  test("says once that its file cannot be written, and never throws", async () => {
    const { promise, resolve } = Promise.withResolvers<Error>();
    const log = openAccessLog("/nonexistent/folder/access.ndjson", resolve);
    log.write(RECORD);
    expect((await promise).message).toMatch(/or leave telemetry\.accessLog out\.$/);
    log.write(RECORD);
    await log.close();
    expect(log.dropped).toBeGreaterThanOrEqual(1);
  });
});
