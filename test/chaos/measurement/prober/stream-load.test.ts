import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import type { ProbePlan, ProberOutput } from "../../../../chaos/measurement/probe.ts";
import { startBackend } from "../../../scenarios/backend/programs.ts";
import { TestServer } from "./servers.ts";
import { elapsedMs, planFor, StartedProber } from "./started-prober.ts";

const HEAD = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nx-evenkeel-node: b1\r\n\r\n";
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
const line = (n: number): string => chunk(`data: ${n}\n\n`);

const streamPlan = (port: number, change: Partial<ProbePlan> = {}): ProbePlan =>
  planFor(port, {
    path: "/stream",
    traffic: { kind: "long-lived", connections: 4, everyMs: 20 },
    ratePerSecond: 100,
    totalTimeoutMs: 400,
    connectTimeoutMs: 400,
    maxDurationMs: 60_000,
    ...change,
  });

type Open = Extract<ProberOutput, { readonly kind: "open" }>;
const opens = (prober: StartedProber): Open[] =>
  prober.lines.filter((one): one is Open => one.kind === "open");
const latest = (prober: StartedProber) => {
  const open = opens(prober).at(-1);
  return [open?.count, open?.lost];
};
const seen = async (prober: StartedProber, count: number, lost: number): Promise<void> => {
  await expect.poll(() => latest(prober), { timeout: 8_000 }).toEqual([count, lost]);
};

/** A server whose streams say what a test tells them to. */
async function streams(begin: (socket: Socket, connection: number) => void) {
  let next = 0;
  return TestServer.listening((socket) => {
    begin(socket, next);
    next += 1;
  });
}

/** A server whose streams go on for ever. */
function numberedStreams(sockets: Socket[]) {
  return streams((socket) => {
    sockets.push(socket);
    socket.write(HEAD);
    numberOn(socket);
  });
}

/** Lines for ever. */
function numberOn(socket: Socket, from = 1): void {
  let next = from;
  const timer = setInterval(() => socket.write(line(next++)), 20);
  socket.on("close", () => clearInterval(timer));
}

describe("connections that are held", () => {
  test("are opened at the rate of the load, live, and say so when the load ends", async () => {
    await using backend = await startBackend();
    using prober = new StartedProber();
    prober.write(streamPlan(backend.port));
    await seen(prober, 4, 0);
    expect(prober.records).toEqual([]);
    prober.write({ command: "account-anew" });
    prober.write({ command: "stop" });
    expect(await prober.exited).toBe(0);
    const { records, quality } = prober;
    expect(records.map(({ seq }) => seq)).toEqual([0, 1, 2, 3]);
    const first = records[0]?.intendedNs ?? "0";
    expect(records.map(({ intendedNs }) => elapsedMs(first, intendedNs))).toEqual([0, 10, 20, 30]);
    for (const record of records) {
      expect(record).toMatchObject({
        class: "long-lived",
        outcome: "ok",
        status: 200,
        node: "app-1",
      });
      expect(record.lines).toBeGreaterThanOrEqual(2);
      expect(record.bytes).toBeGreaterThanOrEqual((record.lines ?? 0) * "data: 1\n\n".length);
    }
    // They were there when the account began anew.
    expect(quality).toMatchObject({ intended: 4, sent: 4, dropped: 0 });
  });

  test("end with the load's own time as well", async () => {
    await using backend = await startBackend();
    using prober = new StartedProber();
    prober.write(streamPlan(backend.port, { maxDurationMs: 700 }));
    expect(await prober.exited).toBe(0);
    expect(prober.records.map(({ outcome }) => outcome)).toEqual(["ok", "ok", "ok", "ok"]);
    const { intendedNs, completedNs } = prober.records[0] ?? { intendedNs: "0", completedNs: "0" };
    expect(elapsedMs(intendedNs, completedNs)).toBeGreaterThanOrEqual(700);
    expect(elapsedMs(intendedNs, completedNs)).toBeLessThan(1_500);
  });

  test("are opened again at the rate of the load when the account begins anew, and only then", async () => {
    const sockets: Socket[] = [];
    await using server = await numberedStreams(sockets);
    using prober = new StartedProber();
    prober.write(streamPlan(server.port));
    await seen(prober, 4, 0);
    for (const socket of sockets.slice(0, 3)) socket.resetAndDestroy();
    await seen(prober, 1, 3);
    const told = opens(prober).length;
    await expect.poll(() => opens(prober).length, { timeout: 5_000 }).toBeGreaterThan(told + 2);
    expect(sockets).toHaveLength(4);
    prober.write({ command: "account-anew" });
    await seen(prober, 4, 3);
    prober.write({ command: "stop" });
    expect(await prober.exited).toBe(0);
    const ended = prober.records.filter(({ outcome }) => outcome === "ok");
    expect(ended.map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
    expect(prober.records.filter(({ outcome }) => outcome === "reset")).toHaveLength(3);
    // One that was there when the account began anew, and three that were opened again.
    expect(prober.quality).toMatchObject({ intended: 4, sent: 4, dropped: 0 });
    const [first, , third] = ended
      .filter(({ seq }) => seq < 3)
      .toSorted((a, b) => Number(BigInt(a.intendedNs) - BigInt(b.intendedNs)));
    // Two gaps of 10 ms each, of which timers may take a millisecond off.
    expect(elapsedMs(first?.intendedNs ?? "0", third?.intendedNs ?? "0")).toBeGreaterThan(17);
  });

  test("are told of again and again, and the number of the lost never shrinks", async () => {
    const sockets: Socket[] = [];
    await using server = await numberedStreams(sockets);
    using prober = new StartedProber();
    prober.write(streamPlan(server.port));
    await seen(prober, 4, 0);
    sockets[1]?.resetAndDestroy();
    await seen(prober, 3, 1);
    sockets[2]?.end("0\r\n\r\n");
    await seen(prober, 2, 2);
    const before = opens(prober).length;
    await expect.poll(() => opens(prober).length, { timeout: 5_000 }).toBeGreaterThan(before + 2);
    const told = opens(prober);
    for (const [index, { atNs, lost }] of told.entries()) {
      expect(BigInt(atNs)).toBeGreaterThan(BigInt(told[index - 1]?.atNs ?? 0));
      expect(lost).toBeGreaterThanOrEqual(told[index - 1]?.lost ?? 0);
    }
    prober.write({ command: "stop" });
    await prober.exited;
    expect(prober.records.map(({ outcome }) => outcome).toSorted()).toEqual([
      "eof",
      "ok",
      "ok",
      "reset",
    ]);
  });
});

describe("every way a held connection can be lost:", () => {
  test.for<[string, (socket: Socket) => void, object]>([
    [
      "silence",
      (socket) => socket.write(HEAD + line(1)),
      { outcome: "timeout", lines: 1, status: 200 },
    ],
    ["silence from the begin", () => {}, { outcome: "timeout", lines: 0, status: null }],
    [
      "a gap in the numbers",
      (socket) => socket.write(HEAD + line(1) + line(3)),
      { outcome: "corrupt", lines: 1 },
    ],
    ["bytes that are no chunk", (socket) => socket.write(`${HEAD}x\r\n`), { outcome: "corrupt" }],
    [
      "a proper end",
      (socket) => socket.end(`${HEAD}${line(1)}0\r\n\r\n`),
      { outcome: "eof", lines: 1 },
    ],
    ["an end in the middle", (socket) => socket.end(HEAD + line(1)), { outcome: "eof", lines: 1 }],
    [
      "an error instead of a stream",
      (socket) => socket.end("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"),
      { outcome: "http_error", status: 503, lines: 0 },
    ],
    [
      "a node that should not answer",
      (socket) => {
        socket.write(HEAD.replace("b1", "b2") + line(1));
        numberOn(socket, 2);
      },
      { outcome: "wrong_node", node: "b2" },
    ],
  ])("%s", async ([, begin, expected]) => {
    await using server = await streams(begin);
    using prober = new StartedProber();
    const traffic = { kind: "long-lived", connections: 1, everyMs: 20 } as const;
    prober.write(streamPlan(server.port, { traffic, expectNodes: ["b1"] }));
    await seen(prober, 0, 1);
    await prober.seen("records");
    expect(prober.records).toMatchObject([expected]);
    if ("outcome" in expected && expected.outcome === "timeout") {
      const { sentNs, completedNs } = prober.records[0] ?? { sentNs: "0", completedNs: "0" };
      expect(elapsedMs(sentNs, completedNs)).toBeGreaterThanOrEqual(400);
      expect(elapsedMs(sentNs, completedNs)).toBeLessThan(900);
    }
    // Nothing is opened again.
    prober.write({ command: "stop" });
    await prober.exited;
    expect(server.connections).toBe(1);
  });
});
