import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import {
  awaitReadiness,
  Hint,
  httpAttempt,
  tcpAttempt,
} from "../../../../chaos/environment/node-agent/readiness.ts";

let server: Server | undefined;
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server?.close();
  server = undefined;
});

async function listening(onSocket: (socket: Socket) => void = () => undefined): Promise<number> {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    onSocket(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

const answering = (text: string) =>
  listening((socket) => socket.once("data", () => socket.end(text)));
const http = (port: number, status = 200) =>
  httpAttempt({ host: "127.0.0.1", port }, "/healthz", status)();
const unaborted = new AbortController().signal;

test("a handshake that succeeds is an answer, a refused one is told", async () => {
  const port = await listening();
  expect(await tcpAttempt("127.0.0.1", port)()).toBeNull();
  server?.close();
  expect(await tcpAttempt("127.0.0.1", port)()).toBe("ECONNREFUSED");
});

test.for([
  { what: "the right status", text: "HTTP/1.1 200 OK\r\n\r\n", seen: null },
  { what: "HTTP/1.0", text: "HTTP/1.0 200 OK\r\n\r\n", seen: null },
  { what: "no reason phrase", text: "HTTP/1.1 200\r\n\r\n", seen: null },
  { what: "another status", text: "HTTP/1.1 503 Busy\r\n\r\n", seen: "status 503" },
  { what: "something else", text: "220 mail.example ESMTP ready\r\n", seen: "not HTTP" },
  { what: "nothing", text: "", seen: "closed without a response" },
])("an HTTP answer with $what is seen as $seen", async ({ text, seen }) => {
  expect(await http(await answering(text))).toBe(seen);
});

test("an HTTP answer may come byte by byte", async () => {
  const port = await listening((socket) => {
    socket.setNoDelay(true);
    const rest = "HTTP/1.1 200 OK\r\n".split("");
    const next = (): void => {
      const byte = rest.shift();
      if (byte !== undefined && !socket.destroyed) socket.write(byte, () => setImmediate(next));
    };
    socket.once("data", next);
  });
  expect(await http(port)).toBeNull();
});

test("a server that accepts and says nothing is given up on", async () => {
  const begin = performance.now();
  expect(await http(await listening())).toBe("no response");
  const tookMs = performance.now() - begin;
  expect(tookMs).toBeGreaterThan(150);
  expect(tookMs).toBeLessThan(3_000);
});

test("readiness is tried until it holds", async () => {
  const seen = ["one", "two", null, "four"];
  const wait = awaitReadiness(() => Promise.resolve(seen.shift() ?? null), {
    deadlineMs: 5_000,
    waitingFor: "it",
    signal: unaborted,
  });
  await expect(wait).resolves.toBeUndefined();
  expect(seen).toEqual(["four"]);
});

test("readiness that never holds fails at its deadline with what was seen last", async () => {
  const begin = performance.now();
  const wait = awaitReadiness(() => Promise.resolve("a closed door"), {
    deadlineMs: 60,
    waitingFor: "an open door",
    signal: unaborted,
  });
  await expect(wait).rejects.toThrow("an open door not within 60 ms: a closed door");
  const tookMs = performance.now() - begin;
  expect(tookMs).toBeGreaterThanOrEqual(59);
  expect(tookMs).toBeLessThan(3_000);
});

test("readiness that is aborted fails with the reason", async () => {
  const abort = new AbortController();
  const wait = awaitReadiness(
    () => {
      abort.abort(new Error("the process ended"));
      return Promise.resolve("nothing");
    },
    { deadlineMs: 5_000, waitingFor: "it", signal: abort.signal },
  );
  await expect(wait).rejects.toThrow("the process ended");
});

test("a hint is answered by another attempt, long before one would be due", async () => {
  const hint = new Hint();
  let hints = 0;
  let ready = false;
  // Attempts that no hint asked for are 50 ms apart; these 150 would take 7.5 s.
  const wait = awaitReadiness(
    () => {
      setImmediate(() => {
        hints += 1;
        ready = hints === 150;
        hint.give();
      });
      return Promise.resolve(ready ? null : "not yet");
    },
    { deadlineMs: 7_000, waitingFor: "it", signal: unaborted, hint },
  );
  await expect(wait).resolves.toBeUndefined();
});

test("a hint that came before the wait is not lost, and counts once", async () => {
  const hint = new Hint();
  hint.give();
  hint.give();
  await hint.within(3_600_000);
  const begin = performance.now();
  await hint.within(40);
  expect(performance.now() - begin).toBeGreaterThanOrEqual(39);
});

test("what aborts the wait ends it at once", async () => {
  const abort = new AbortController();
  const wait = awaitReadiness(() => Promise.resolve("nothing"), {
    deadlineMs: 3_600_000,
    waitingFor: "it",
    signal: abort.signal,
    hint: new Hint(),
  });
  setImmediate(() => abort.abort(new Error("the process ended")));
  await expect(wait).rejects.toThrow("the process ended");
});
