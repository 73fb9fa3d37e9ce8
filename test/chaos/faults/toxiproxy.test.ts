import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import {
  TOXIPROXY_DEADLINE_MS,
  TOXIPROXY_REMOVAL_MS,
  ToxiproxyError,
  ToxiproxyPort,
  type Toxic,
} from "../../../chaos/faults/toxiproxy.ts";
import { canary } from "../../../chaos/faults/toxics/canary.ts";
import { echo, listen, startToxiproxy, toxiproxyMissing } from "./toxiproxy-server.ts";

const LINK = "app--store";
const STALL: Toxic = { type: "bandwidth", attributes: { rate: 0 } };
const missing = toxiproxyMissing();

const failure = async (call: Promise<unknown>): Promise<ToxiproxyError> => {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ToxiproxyError);
  return error as ToxiproxyError;
};

/** A connection that collects what it receives. */
class Connection implements Disposable {
  readonly socket: Socket;
  received = "";
  ended = false;
  readonly #looks = new Set<() => void>();

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding("utf8").on("data", (text: string) => {
      this.received += text;
      for (const look of this.#looks) look();
    });
    socket.once("close", () => (this.ended = true));
    socket.on("error", () => undefined);
  }

  static async to(port: number): Promise<Connection> {
    const socket = connect({ host: "127.0.0.1", port });
    await once(socket, "connect");
    return new Connection(socket);
  }

  /** Resolves when all of this has been received. */
  until(text: string): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!this.received.includes(text)) return;
        this.#looks.delete(look);
        resolve();
      };
      this.#looks.add(look);
      look();
    });
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

describe("with the real Toxiproxy", () => {
  test.skipIf(missing !== null)(
    `bandwidth 0 both ways stalls a connection, keeps it open, and delivers everything when it goes${missing === null ? "" : ` (${missing})`}`,
    async () => {
      await using store = await listen(echo);
      await using server = await startToxiproxy(store.port);
      const port = new ToxiproxyPort(server.url);
      using before = await Connection.to(server.port);
      before.socket.write("one ");
      await before.until("one ");

      await port.add(LINK, "stall-upstream", "upstream", STALL);
      await port.add(LINK, "stall-downstream", "downstream", STALL);
      expect((await port.toxics(LINK)).toSorted()).toEqual(["stall-downstream", "stall-upstream"]);
      // New connections are accepted, and as silent as the old one.
      using during = await Connection.to(server.port);
      before.socket.write("two ");
      during.socket.write("first ");
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect([before.received, during.received]).toEqual(["one ", ""]);
      expect([before.ended, during.ended]).toEqual([false, false]);

      await port.remove(LINK, "stall-upstream");
      await port.remove(LINK, "stall-downstream");
      await Promise.all([before.until("one two "), during.until("first ")]);
      before.socket.write("three");
      await before.until("three");
      expect(before.received).toBe("one two three");
      expect(await port.toxics(LINK)).toEqual([]);
    },
  );

  test.skipIf(missing !== null)("latency delays data and no handshake", async () => {
    await using store = await listen(echo);
    await using server = await startToxiproxy(store.port);
    const latencyMs = 1_000;
    await new ToxiproxyPort(server.url).add(LINK, "slow", "downstream", {
      type: "latency",
      attributes: { latency: latencyMs, jitter: 0 },
    });
    const begin = performance.now();
    using connection = await Connection.to(server.port);
    expect(performance.now() - begin).toBeLessThan(latencyMs / 2);
    connection.socket.write("hello");
    const sent = performance.now();
    await connection.until("hello");
    const tookMs = performance.now() - sent;
    expect(tookMs).toBeGreaterThanOrEqual(latencyMs - 5);
    expect(tookMs).toBeLessThan(latencyMs + 2_000);
  });

  test.skipIf(missing !== null)(
    "what is not there is as good as removed; what cannot be added is told with the status",
    async () => {
      await using store = await listen(echo);
      await using server = await startToxiproxy(store.port);
      const port = new ToxiproxyPort(server.url);
      await expect(port.remove(LINK, "never-added")).resolves.toBeUndefined();
      await expect(port.remove("no--proxy", "never-added")).resolves.toBeUndefined();

      const unknown = await failure(port.add("no--proxy", "stall", "upstream", STALL));
      expect(unknown).toMatchObject({ status: 404, operation: "adding bandwidth to no--proxy" });
      expect(unknown.message).toMatch(
        /adding bandwidth to no--proxy failed with status 404.*fault-proxy/,
      );
      expect(await failure(port.toxics("no--proxy"))).toMatchObject({ status: 404 });

      await port.add(LINK, "stall", "upstream", STALL);
      const twice = await failure(port.add(LINK, "stall", "upstream", STALL));
      expect(twice.status).toBe(409);
    },
  );

  test.skipIf(missing !== null)(
    "everything that was done to any link can be undone at once",
    async () => {
      await using store = await listen(echo);
      await using server = await startToxiproxy(store.port);
      const port = new ToxiproxyPort(server.url);
      await port.removeAll();
      await port.add(LINK, "stall-up", "upstream", STALL);
      await port.add(LINK, "stall-down", "downstream", STALL);
      expect(await port.toxics(LINK)).toHaveLength(2);
      await port.setEnabled(LINK, false);
      await port.removeAll();
      expect(await port.toxics(LINK)).toEqual([]);
      using connection = await Connection.to(server.port);
      connection.socket.write("hello");
      await connection.until("hello");
    },
  );

  test.skipIf(missing !== null)(
    "a canary is answered through a healthy link and silent through a stalled one",
    async () => {
      await using store = await listen(echo);
      await using server = await startToxiproxy(store.port);
      const port = new ToxiproxyPort(server.url);
      const ask = async (withinMs: number): Promise<boolean> => {
        const to = { address: "127.0.0.1", port: server.port };
        const look = await canary({ ...to, send: "PING", withinMs, until: "data" });
        return look.outcome === "answered";
      };
      expect(await ask(5_000)).toBe(true);
      await port.add(LINK, "stall", "upstream", STALL);
      expect(await ask(100)).toBe(false);
      await port.remove(LINK, "stall");
      expect(await ask(5_000)).toBe(true);
    },
  );
});

test("a server that never answers, or not to the end, is an error at the deadline", async () => {
  await using silent = await listen((socket) => void socket.resume());
  await using unfinished = await listen((socket) => {
    socket.once("data", () =>
      socket.write(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n[",
      ),
    );
  });
  const calls = [silent, unfinished].flatMap(({ port }) => {
    const toxiproxy = new ToxiproxyPort(`http://127.0.0.1:${port}`);
    return [
      [TOXIPROXY_DEADLINE_MS, toxiproxy.add(LINK, "stall", "upstream", STALL)],
      // It first delivers what was held back, to connections that may be dead.
      [TOXIPROXY_REMOVAL_MS, toxiproxy.remove(LINK, "stall")],
      [TOXIPROXY_DEADLINE_MS, toxiproxy.toxics(LINK)],
    ] as const;
  });
  const begin = performance.now();
  await Promise.all(
    calls.map(async ([deadlineMs, call]) => {
      const error = await failure(call);
      const tookMs = performance.now() - begin;
      expect(error.status).toBeNull();
      expect(error.message).toMatch(
        new RegExp(`failed: .*(?:no answer within ${deadlineMs} ms|timeout)\\. Look at`),
      );
      expect(tookMs).toBeGreaterThanOrEqual(deadlineMs - 50);
      expect(tookMs).toBeLessThan(deadlineMs + 4_000);
    }),
  );
}, 30_000);

test("a server that is not there is an error without a status", async () => {
  const gone = await listen(() => undefined);
  await gone[Symbol.asyncDispose]();
  const port = new ToxiproxyPort(`http://127.0.0.1:${gone.port}`);
  expect((await failure(port.add(LINK, "stall", "upstream", STALL))).status).toBeNull();
  expect((await failure(port.remove(LINK, "stall"))).status).toBeNull();
  expect((await failure(port.toxics(LINK))).status).toBeNull();
});

test("an answer that is not Toxiproxy's is an error, not a list", async () => {
  await using other = await listen((socket) => {
    socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\noops"));
  });
  const port = new ToxiproxyPort(`http://127.0.0.1:${other.port}`);
  await failure(port.toxics(LINK));
});
