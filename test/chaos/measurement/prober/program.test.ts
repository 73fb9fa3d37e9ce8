import { spawn } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { PROBE_PROTOCOL } from "../../../../chaos/measurement/probe.ts";
import { judgeQuality } from "../../../../chaos/measurement/prober-quality.ts";
import { response, TestServer } from "./servers.ts";
import { elapsedMs, planFor, runPlan, StartedProber } from "./started-prober.ts";

const sequence = (n: number) => Array.from({ length: n }, (_, index) => index);

describe("the prober", () => {
  test("sends every probe of its schedule exactly one interval after the one before", async () => {
    await using server = await TestServer.listening((socket) => socket.end(response(200)));
    const { records, quality, code } = await runPlan(planFor(server.port, { trial: 7 }));

    expect(records.map(({ seq }) => seq)).toEqual(sequence(100));
    const first = BigInt(records[0]?.intendedNs ?? 0);
    expect(records.map(({ intendedNs }) => Number(BigInt(intendedNs) - first))).toEqual(
      sequence(100).map((k) => k * 5_000_000),
    );
    for (const record of records) {
      expect(elapsedMs(record.intendedNs, record.sentNs)).toBeGreaterThanOrEqual(0);
      expect(elapsedMs(record.sentNs, record.completedNs)).toBeGreaterThan(0);
    }
    expect(quality).toMatchObject({ intended: 100, sent: 100, dropped: 0 });
    expect(code).toBe(0);
    expect(server.requests).toHaveLength(100);
  });

  test("names run, trial and number in every request and adds the plan's headers", async () => {
    await using server = await TestServer.listening((socket) => socket.end(response(200)));
    const headers = { "x-service-us": "1000", host: "shop.example" };
    await runPlan(planFor(server.port, { trial: 7, path: "/a?b=c", headers, maxDurationMs: 10 }));
    expect(server.requests.toSorted()).toEqual(
      [0, 1].map((seq) =>
        [
          "GET /a?b=c HTTP/1.1",
          "Connection: close",
          "x-evenkeel-run: test",
          "x-evenkeel-trial: 7",
          "x-service-us: 1000",
          "host: shop.example",
          `x-evenkeel-seq: ${seq}`,
          "",
          "",
        ].join("\r\n"),
      ),
    );
  });

  test("skips no probe while its event loop stands still, counts their wait, and fails the self-check", async () => {
    await using server = await TestServer.listening((socket) => socket.end(response(200)));
    const blocked = fileURLToPath(new URL("blocked-main.ts", import.meta.url));
    const plan = planFor(server.port, { maxDurationMs: 1_000 });
    const { records, quality } = await runPlan(plan, blocked);

    expect(records.map(({ seq }) => seq)).toEqual(sequence(200));
    expect(quality).toMatchObject({ intended: 200, sent: 200, dropped: 0 });

    // Probe 50 was due when the loop stopped, 51 to 109 while it stood still.
    const waited = records.slice(50, 105);
    for (const { seq, intendedNs, sentNs, completedNs } of waited) {
      const lagMs = elapsedMs(intendedNs, sentNs);
      const leastMs = 300 - (seq - 50) * 5;
      expect(lagMs).toBeGreaterThanOrEqual(leastMs - 1);
      expect(lagMs).toBeLessThan(leastMs + 150);
      expect(elapsedMs(intendedNs, completedNs)).toBeGreaterThan(lagMs);
    }

    expect(quality.lagMaxMs).toBeGreaterThanOrEqual(299);
    const demand = { smallestBoundMs: 300, ratePerSecond: 200, baselineFailures: 0 };
    const verdict = judgeQuality(quality, demand);
    expect(verdict.valid).toBe(false);
    expect(verdict.reasons.join("\n")).toMatch(/late \(p99/);
  });

  test("says of itself only what happens after it was told to begin anew", async () => {
    await using server = await TestServer.listening((socket) => socket.end(response(200)));
    using prober = new StartedProber();
    prober.write(planFor(server.port, { ratePerSecond: 200, maxDurationMs: 60_000 }));
    const sentAtLeast = async (count: number): Promise<void> => {
      await expect.poll(() => prober.records.length, { timeout: 5_000 }).toBeGreaterThan(count);
    };
    await sentAtLeast(20);
    const before = prober.records.length;
    prober.write({ command: "account-anew" });
    // More than may be open at once, so that some were sent after it was read.
    await sentAtLeast(before + 100);
    prober.write({ command: "stop" });
    await prober.exited;
    const { intended, sent, dropped } = prober.quality;
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThanOrEqual(prober.records.length - before);
    expect(intended).toBe(sent + dropped);
  });

  test("goes on while nobody reads its records, and keeps them all", async () => {
    // A megabyte of records: far more than the pipe holds.
    const long = { "x-evenkeel-node": "b".repeat(2_000) };
    await using server = await TestServer.listening((socket) => socket.end(response(200, long)));
    using prober = new StartedProber();
    prober.write(planFor(server.port, { ratePerSecond: 500, maxDurationMs: 1_000 }));
    await prober.seen("started");
    prober.pauseReading();
    await expect.poll(() => server.requests.length, { timeout: 5_000 }).toBe(500);
    expect(prober.lines.some(({ kind }) => kind === "done")).toBe(false);
    prober.resumeReading();
    expect(await prober.exited).toBe(0);
    expect(prober.records.map(({ seq }) => seq)).toEqual(sequence(500));
  });

  test("resets its connections, but only after the whole response", async () => {
    await using server = await TestServer.listening((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");
      setTimeout(() => socket.write("cd"), 20);
    });
    const { records } = await runPlan(planFor(server.port, { maxDurationMs: 100 }));
    expect(records.map(({ outcome, bytes }) => [outcome, bytes])).toEqual(
      sequence(20).map(() => ["ok", 4]),
    );
    await expect.poll(() => server.errors).toEqual(sequence(20).map(() => "ECONNRESET"));
  });
});

describe("every way a probe can end", () => {
  test.each([
    { path: "/200", outcome: "ok", status: 200, bytes: 2 },
    { path: "/302", outcome: "ok", status: 302, bytes: 2 },
    { path: "/503", outcome: "http_error", status: 503, bytes: 2 },
    { path: "/reset", outcome: "reset", status: null, bytes: 0 },
    { path: "/close", outcome: "eof", status: null, bytes: 0 },
    { path: "/cut", outcome: "eof", status: 200, bytes: 1 },
    { path: "/other-node", outcome: "wrong_node", status: 200, bytes: 2 },
    { path: "/no-node", outcome: "wrong_node", status: 200, bytes: 2 },
    { path: "/garbage", outcome: "corrupt", status: null, bytes: 0 },
    { path: "/other-request", outcome: "corrupt", status: 200, bytes: 2 },
    { path: "/silence", outcome: "timeout", status: null, bytes: 0 },
  ])("$path ends as $outcome", async ({ path, ...expected }) => {
    await using server = await TestServer.listening((socket, asked) => {
      const node = { "x-evenkeel-node": "b1", "x-evenkeel-balancer": "lb-a" };
      if (/^\/\d+$/.test(asked)) socket.end(response(Number(asked.slice(1)), node));
      else if (asked === "/reset") socket.resetAndDestroy();
      else if (asked === "/close") socket.end();
      else if (asked === "/cut") socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
      else if (asked === "/other-node") socket.end(response(200, { "x-evenkeel-node": "b9" }));
      else if (asked === "/no-node") socket.end(response(200));
      else if (asked === "/garbage") socket.end("SSH-2.0-OpenSSH\r\n\r\n");
      else if (asked === "/other-request") {
        socket.end(response(200, { ...node, "x-evenkeel-seq": "4711" }));
      }
    });
    const plan = planFor(server.port, {
      path,
      expectNodes: ["b1"],
      maxDurationMs: 25,
      ...(path === "/silence" ? { totalTimeoutMs: 200 } : {}),
    });
    const { records } = await runPlan(plan);
    expect(records).toHaveLength(5);
    for (const record of records) expect(record).toMatchObject(expected);
  });

  test("an answer names its backend and its balancer", async () => {
    await using server = await TestServer.listening((socket) =>
      socket.end(response(200, { "X-Evenkeel-Node": "b1", "X-Evenkeel-Balancer": "lb-a" })),
    );
    const { records } = await runPlan(planFor(server.port, { maxDurationMs: 5 }));
    expect(records).toMatchObject([{ node: "b1", balancer: "lb-a", class: "fresh" }]);
  });

  test("silence ends with the total timeout, neither before nor much after", async () => {
    await using server = await TestServer.listening(() => {});
    const plan = planFor(server.port, { maxDurationMs: 25, totalTimeoutMs: 200 });
    const { records } = await runPlan(plan);
    for (const { sentNs, completedNs } of records) {
      expect(elapsedMs(sentNs, completedNs)).toBeGreaterThanOrEqual(200);
      expect(elapsedMs(sentNs, completedNs)).toBeLessThan(300);
    }
    expect(records).toHaveLength(5);
  });

  test("a port that nobody listens on ends as refused", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    const { records } = await runPlan(planFor(port, { maxDurationMs: 25 }));
    expect(records.map(({ outcome }) => outcome)).toEqual(sequence(5).map(() => "refused"));
  });

  test("the handshake has a limit of its own, shorter than that of the response", async () => {
    // A listener that never accepts: its queue takes two handshakes, the SYNs after them are dropped.
    const deaf = spawn(process.execPath, [
      "-e",
      `const server = require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
        require("node:fs").writeSync(1, server.address().port + "\\n");
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20_000);
      });`,
    ]);
    try {
      const [line] = (await once(deaf.stdout, "data")) as [Buffer];
      const plan = planFor(Number(line), {
        connectTimeoutMs: 60,
        totalTimeoutMs: 240,
        maxDurationMs: 50,
      });
      const { records } = await runPlan(plan);
      const tookMs = records.map(({ sentNs, completedNs }) => elapsedMs(sentNs, completedNs));
      expect(records.map(({ outcome }) => outcome)).toEqual(sequence(10).map(() => "timeout"));
      const [connected, unconnected] = [tookMs.slice(0, 2), tookMs.slice(2)];
      for (const ms of connected) {
        expect(ms).toBeGreaterThanOrEqual(240);
        expect(ms).toBeLessThan(340);
      }
      for (const ms of unconnected) {
        expect(ms).toBeGreaterThanOrEqual(60);
        expect(ms).toBeLessThan(160);
      }
    } finally {
      deaf.kill("SIGKILL");
    }
  });

  test("probes beyond the limit of outstanding ones are counted as dropped, not forgotten", async () => {
    // The total timeout is 10 ms: more than ceil(200/s × 10 ms × 1.5) = 3 open ones can only be a
    // prober that is late, which the variant that stands still is.
    await using server = await TestServer.listening((socket) => socket.end(response(200)));
    const blocked = fileURLToPath(new URL("blocked-main.ts", import.meta.url));
    const plan = planFor(server.port, { totalTimeoutMs: 10, maxDurationMs: 600 });
    const { records, quality } = await runPlan(plan, blocked);
    expect(quality.dropped).toBeGreaterThanOrEqual(50);
    expect(quality.intended).toBe(120);
    expect(quality.sent + quality.dropped).toBe(120);
    expect(records).toHaveLength(quality.sent);
    expect(quality.maxOutstanding).toBeLessThanOrEqual(3);
  });
});

describe("the prober's life", () => {
  test.each(["line", "signal"])("a stop by %s ends it when the last answer is in", async (by) => {
    await using server = await TestServer.listening((socket) => {
      setTimeout(() => socket.end(response(200)), 60);
    });
    using prober = new StartedProber();
    prober.write(planFor(server.port, { maxDurationMs: 60_000 }));
    await prober.seen("records");
    if (by === "line") prober.write({ command: "stop" });
    else prober.kill("SIGTERM");
    expect(await prober.exited).toBe(0);

    const { records, quality } = prober;
    expect(records.every(({ outcome }) => outcome === "ok")).toBe(true);
    expect(records.map(({ seq }) => seq)).toEqual(sequence(quality.intended));
    expect(server.requests).toHaveLength(quality.sent);
    expect(prober.lines.at(-1)?.kind).toBe("done");
  });

  test("it ends at once when its runner has died", async () => {
    await using server = await TestServer.listening((socket) => socket.end(response(200)));
    using prober = new StartedProber();
    prober.write(planFor(server.port, { maxDurationMs: 60_000 }));
    await prober.seen("records");
    prober.endInput();
    expect(await prober.exited).toBe(1);
    expect(prober.lines.some(({ kind }) => kind === "done")).toBe(false);
  });

  test("it ends when its runner dies before there is a plan", async () => {
    using prober = new StartedProber();
    await prober.seen("ready");
    prober.endInput();
    expect(await prober.exited).toBe(1);
  });

  test("it says which protocol it speaks and refuses another", async () => {
    using prober = new StartedProber();
    await prober.seen("ready");
    expect(prober.lines).toEqual([{ kind: "ready", protocol: PROBE_PROTOCOL }]);
    prober.write({ ...planFor(1), protocol: "evenkeel.probe/0" });
    expect(await prober.exited).toBe(64);
    expect(prober.lines.at(-1)).toMatchObject({
      kind: "refused",
      reason: expect.stringContaining("evenkeel.probe/0"),
    });
  });
});
