import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { response, TestServer } from "./servers.ts";
import { elapsedMs, planFor, runPlan } from "./started-prober.ts";

const sequence = (n: number) => Array.from({ length: n }, (_, index) => index);
const FIRST = "127.0.0.1";
const SECOND = "127.0.0.2";

/** Two servers on one port of two addresses. */
async function pair(first: (path: string) => string | null, second = first) {
  const answering = (answer: typeof first) => (socket: Parameters<Answer>[0], path: string) => {
    const text = answer(path);
    if (text === null) socket.resetAndDestroy();
    else socket.end(text);
  };
  const one = await TestServer.listening(answering(first));
  const other = await TestServer.listening(answering(second), { port: one.port, host: SECOND });
  return {
    one,
    other,
    port: one.port,
    async [Symbol.asyncDispose]() {
      await one[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
    },
  };
}
type Answer = Parameters<typeof TestServer.listening>[0];

/** A port that nobody listens on. */
async function deadPort(): Promise<number> {
  const server = createServer().listen(0, FIRST);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

describe("requests to several addresses", () => {
  test("go to them in turns, and say to which", async () => {
    await using servers = await pair(() => response(200));
    const { records } = await runPlan(
      planFor(servers.port, { addresses: [FIRST, SECOND], maxDurationMs: 100 }),
    );
    expect(records.map(({ address }) => address)).toEqual(
      sequence(20).map((k) => (k % 2 === 0 ? FIRST : SECOND)),
    );
    expect([servers.one.requests.length, servers.other.requests.length]).toEqual([10, 10]);
    expect(servers.other.requests[0]).toContain(`\r\nHost: ${SECOND}:${servers.port}\r\n`);
  });

  test("that fail are not sent again unless that is asked for", async () => {
    await using servers = await pair(
      () => null,
      () => response(200),
    );
    const { records } = await runPlan(
      planFor(servers.port, { addresses: [FIRST, SECOND], maxDurationMs: 50 }),
    );
    expect(records.map(({ outcome, attempts }) => [outcome, attempts])).toEqual(
      sequence(10).map((k) => [k % 2 === 0 ? "reset" : "ok", undefined]),
    );
  });
});

describe("a request that fails in time", () => {
  test("is sent again at once to the next address, and its record tells both", async () => {
    await using servers = await pair(
      () => null,
      () => response(200),
    );
    const { records, quality } = await runPlan(
      planFor(servers.port, { addresses: [FIRST, SECOND], retries: 1, maxDurationMs: 50 }),
    );
    for (const { seq, ...record } of records) {
      expect(record).toMatchObject({ outcome: "ok", address: SECOND, status: 200 });
      if (seq % 2 === 0) expect(record).toMatchObject({ attempts: 2, firstOutcome: "reset" });
      else expect([record.attempts, record.firstOutcome]).toEqual([undefined, undefined]);
      expect(elapsedMs(record.sentNs, record.completedNs)).toBeLessThan(150);
    }
    expect(records).toHaveLength(10);
    expect(quality).toMatchObject({ sent: 10, dropped: 0 });
    // Both tries of a request carry its number.
    expect(servers.other.requests.join("").match(/x-evenkeel-seq: 0\r\n/g)).toHaveLength(1);
  });

  test("is sent as often as the plan says, and ends as it did last", async () => {
    let asked = 0;
    await using server = await TestServer.listening((socket) => {
      asked += 1;
      if (asked < 3) socket.resetAndDestroy();
      else socket.end(response(503));
    });
    const { records } = await runPlan(planFor(server.port, { retries: 3, maxDurationMs: 5 }));
    expect(records).toMatchObject([{ outcome: "http_error", attempts: 4, firstOutcome: "reset" }]);
    expect(server.requests).toHaveLength(4);
  });

  test("of a port that nobody listens on is refused each time", async () => {
    const port = await deadPort();
    const { records } = await runPlan(planFor(port, { retries: 2, maxDurationMs: 5 }));
    expect(records).toMatchObject([{ outcome: "refused", attempts: 3, firstOutcome: "refused" }]);
  });

  test("has its total time for all attempts together", async () => {
    // Each answers 120 ms late with an error: the second attempt is cut off after 200 ms in all.
    await using server = await TestServer.listening((socket) => {
      setTimeout(() => socket.end(response(500)), 120);
    });
    const plan = planFor(server.port, { retries: 9, maxDurationMs: 10, totalTimeoutMs: 200 });
    const { records } = await runPlan(plan);
    for (const { sentNs, completedNs, ...record } of records) {
      expect(record).toMatchObject({ outcome: "timeout", firstOutcome: "http_error" });
      expect(record.attempts).toBeGreaterThanOrEqual(2);
      expect(elapsedMs(sentNs, completedNs)).toBeGreaterThanOrEqual(200);
      expect(elapsedMs(sentNs, completedNs)).toBeLessThan(320);
    }
    expect(records).toHaveLength(2);
  });
});

describe("requests that arrive at random", () => {
  test("are sent when the seed says, and late by no more than others", async () => {
    await using server = await TestServer.listening((socket) => socket.end(response(200)));
    const plan = planFor(server.port, {
      arrivals: { kind: "poisson" },
      seed: 5,
      maxDurationMs: 1_000,
    });
    const { records, quality } = await runPlan(plan);
    const gaps = records
      .slice(1)
      .map(({ intendedNs }, k) => elapsedMs(records[k]?.intendedNs ?? "0", intendedNs));
    // 200 a second: with every gap at 5 ms none would be below 2 ms, and at random a third is.
    expect(gaps.filter((ms) => ms < 2).length).toBeGreaterThan(gaps.length / 6);
    expect(records).toHaveLength(quality.sent);
    expect(quality.dropped).toBe(0);
    const again = await runPlan(plan);
    const offsets = (all: typeof records) =>
      all.map(({ intendedNs }) => elapsedMs(all[0]?.intendedNs ?? "0", intendedNs));
    expect(offsets(again.records)).toEqual(offsets(records));
  });
});
