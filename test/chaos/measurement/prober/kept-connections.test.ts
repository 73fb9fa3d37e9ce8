import { describe, expect, test, vi } from "vitest";
import type { Outcome, ProbeRecord } from "../../../../chaos/measurement/probe.ts";
import { QualityMeter } from "../../../../chaos/measurement/prober/quality.ts";
import { RequestLoad } from "../../../../chaos/measurement/prober/request-load.ts";
import { response, TestServer } from "./servers.ts";
import { elapsedMs, planFor, runPlan } from "./started-prober.ts";

const kept = (connections: number) => ({ kind: "kept-alive", connections }) as const;

/** A load on one kept connection, in this process: a request is due when the test says so. */
class LoadHere implements Disposable {
  readonly records: ProbeRecord[] = [];
  readonly #quality = new QualityMeter();
  readonly #load: RequestLoad;
  #sent = 0;

  constructor(port: number) {
    this.#load = new RequestLoad(planFor(port, { traffic: kept(1) }), {
      quality: this.#quality,
      onRecord: (record) => this.records.push(record),
      onEnded: () => {},
      onOpen: () => {},
    });
  }

  send(): void {
    this.#load.send(this.#sent, process.hrtime.bigint());
    this.#sent += 1;
  }

  /** The outcomes, as soon as there are so many. */
  async outcomes(count: number): Promise<readonly Outcome[]> {
    const enough = () => this.records.length >= count;
    await vi.waitUntil(enough, { timeout: 6_000, interval: 5 });
    return this.records.map(({ outcome }) => outcome);
  }

  [Symbol.dispose](): void {
    this.#load.close();
    this.#quality.finish();
  }
}

/** Which connection every request came on, by the number of the request. */
async function withConnections(
  answer: (connection: number, path: string) => string | null,
  run: (server: TestServer) => Promise<void>,
): Promise<Map<number, number>> {
  const numbers = new Map<object, number>();
  const seen = new Map<number, number>();
  await using server = await TestServer.listening((socket, path) => {
    const connection = numbers.get(socket) ?? numbers.size;
    numbers.set(socket, connection);
    const seq = Number(/x-evenkeel-seq: (\d+)/.exec(server.requests.at(-1) ?? "")?.[1]);
    seen.set(seq, connection);
    const text = answer(connection, path);
    if (text !== null) socket.write(text);
  });
  await run(server);
  return seen;
}

describe("kept connections", () => {
  test("carry the requests in turns, and are as many as the plan says", async () => {
    const seen = await withConnections(
      () => response(200),
      async (server) => {
        const plan = planFor(server.port, {
          traffic: kept(4),
          ratePerSecond: 20,
          maxDurationMs: 600,
        });
        const { records, quality } = await runPlan(plan);
        expect(records.map(({ outcome }) => outcome)).toEqual(records.map(() => "ok"));
        expect(records.every((record) => record.class === "kept-alive")).toBe(true);
        expect(quality).toMatchObject({ sent: 12, dropped: 0 });
        expect(server.connections).toBe(4);
        expect(server.requests[0]).not.toContain("Connection: close");
      },
    );
    // Were they not taken in turns, the first would carry them all.
    expect(new Set(seen.values()).size).toBe(4);
  });

  test("are given up where a response says close, and opened again by the next request", async () => {
    await withConnections(
      () => response(200, { connection: "close" }),
      async (server) => {
        const plan = planFor(server.port, { traffic: kept(2), maxDurationMs: 100 });
        const { records } = await runPlan(plan);
        expect(records.map(({ outcome }) => outcome)).toEqual(records.map(() => "ok"));
        expect(server.connections).toBe(20);
      },
    );
  });

  test.each(["fin", "rst"] as const)(
    "that the peer ended by %s while they were idle fail no request, not even one due before that is read",
    async (how) => {
      await using server = await TestServer.listening((socket) => socket.write(response(200)));
      using load = new LoadHere(server.port);
      load.send();
      expect(await load.outcomes(1)).toEqual(["ok"]);
      server.cut(how, () => load.send());
      expect(await load.outcomes(2)).toEqual(["ok", "ok"]);
      expect(server.connections).toBe(2);
      load.send();
      expect(await load.outcomes(3)).toEqual(["ok", "ok", "ok"]);
      expect(server.connections).toBe(2);
    },
  );

  test.each([
    ["fin", "eof"],
    ["rst", "reset"],
  ] as const)(
    "that the peer ends by %s with a request under way fail it as %s, and no other",
    async (how, outcome) => {
      await using server = await TestServer.listening((socket) => {
        if (server.requests.length === 2) server.cut(how);
        else socket.write(response(200));
      });
      using load = new LoadHere(server.port);
      for (const count of [1, 2, 3]) {
        load.send();
        await load.outcomes(count);
      }
      expect(await load.outcomes(3)).toEqual(["ok", outcome, "ok"]);
      // The backend may have acted on it, which an attempt more would hide.
      expect(load.records[1]).toMatchObject({ status: null, bytes: 0 });
      expect([server.requests.length, server.connections]).toEqual([3, 2]);
    },
  );

  test("that are busy are passed over", async () => {
    // Connection 0 never answers: its request times out, and all others go elsewhere.
    const seen = await withConnections(
      (connection) => (connection === 0 ? null : response(200)),
      async (server) => {
        const plan = planFor(server.port, {
          traffic: kept(3),
          ratePerSecond: 100,
          maxDurationMs: 150,
          totalTimeoutMs: 500,
        });
        const { records } = await runPlan(plan);
        expect(records.filter(({ outcome }) => outcome !== "ok")).toMatchObject([
          { outcome: "timeout" },
        ]);
        expect(records).toHaveLength(15);
      },
    );
    expect([...seen.values()].filter((connection) => connection === 0)).toHaveLength(1);
  });

  test("when all are busy, let requests wait, whose wait is latency and ends with their time", async () => {
    await withConnections(
      () => null,
      async (server) => {
        const plan = planFor(server.port, {
          traffic: kept(1),
          ratePerSecond: 100,
          maxDurationMs: 50,
          totalTimeoutMs: 150,
        });
        const { records, quality } = await runPlan(plan);
        expect(records).toHaveLength(5);
        for (const { outcome, sentNs, completedNs } of records) {
          expect(outcome).toBe("timeout");
          expect(elapsedMs(sentNs, completedNs)).toBeGreaterThanOrEqual(150);
          expect(elapsedMs(sentNs, completedNs)).toBeLessThan(270);
        }
        // Each took the place of the one before when that was given up.
        expect(server.connections).toBeLessThanOrEqual(5);
        expect(quality).toMatchObject({ sent: 5, dropped: 0 });
      },
    );
  });

  test("answer those who waited as soon as one is free", async () => {
    await using server = await TestServer.listening((socket) => {
      setTimeout(() => socket.write(response(200)), 40);
    });
    const plan = planFor(server.port, {
      traffic: kept(1),
      ratePerSecond: 100,
      maxDurationMs: 30,
    });
    const { records } = await runPlan(plan);
    expect(records.map(({ outcome }) => outcome)).toEqual(["ok", "ok", "ok"]);
    expect(server.connections).toBe(1);
    // 40 ms each in a row, due 10 ms apart: 40, 70 and 100 ms.
    for (const [k, { intendedNs, completedNs }] of records.entries()) {
      expect(elapsedMs(intendedNs, completedNs)).toBeGreaterThanOrEqual(39 + 29 * k);
      expect(elapsedMs(intendedNs, completedNs)).toBeLessThan(1_000);
    }
  });

  test("move to the next address with a retry, and stay there", async () => {
    await using one = await TestServer.listening((socket) => socket.resetAndDestroy());
    await using other = await TestServer.listening((socket) => socket.write(response(200)), {
      port: one.port,
      host: "127.0.0.2",
    });
    const plan = planFor(one.port, {
      addresses: ["127.0.0.1", "127.0.0.2"],
      traffic: kept(2),
      ratePerSecond: 50,
      retries: 1,
      maxDurationMs: 400,
    });
    const { records } = await runPlan(plan);
    expect(
      records.every(({ outcome, address }) => outcome === "ok" && address === "127.0.0.2"),
    ).toBe(true);
    expect(records[0]).toMatchObject({ attempts: 2, firstOutcome: "reset" });
    expect(records.slice(1).every(({ attempts }) => attempts === undefined)).toBe(true);
    expect([one.connections, other.connections]).toEqual([1, 2]);
  });
});
