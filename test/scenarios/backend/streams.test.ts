import { once } from "node:events";
import { IncomingMessage, request, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { describe, expect, test, vi } from "vitest";
import { Streams } from "../../../scenarios/backend/streams.ts";
import { ask, startBackend, until, type Program } from "./programs.ts";

/** Opens a stream, and collects what comes on it. */
async function open(backend: Program, query = "?everyMs=20") {
  const sent = request({
    host: "127.0.0.1",
    port: backend.port,
    path: `/stream${query}`,
    agent: false,
  });
  sent.end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const stream = { response, text: "", ended: false, cut: false, begun: performance.now() };
  response.setEncoding("utf8").on("data", (part: string) => (stream.text += part));
  response.once("end", () => (stream.ended = true));
  response.once("error", () => (stream.cut = true));
  return stream;
}

const numbersIn = (text: string): number[] =>
  text
    .split("\n\n")
    .filter((event) => event !== "")
    .map((event) => Number(/^data: (\d+)$/.exec(event)?.[1] ?? NaN));

describe("a stream", () => {
  test("counts from 1 on, one number in every interval", async () => {
    await using backend = await startBackend();
    const stream = await open(backend);
    expect(stream.response.headers).toMatchObject({
      "content-type": "text/event-stream",
      "transfer-encoding": "chunked",
      "x-evenkeel-node": "app-1",
    });
    await until(async () => numbersIn(stream.text).length >= 10);
    const elapsedMs = performance.now() - stream.begun;
    const numbers = numbersIn(stream.text);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    // The first at once, nine more after 20 ms each; never faster.
    expect(elapsedMs).toBeGreaterThanOrEqual(9 * 20 - 5);
    expect(elapsedMs).toBeLessThan(2_000);
    stream.response.destroy();
  });

  test("takes no worker", async () => {
    await using backend = await startBackend("--workers", "1", "--queue", "0");
    const streams = [await open(backend), await open(backend)];
    expect((await ask(backend, "/")).status).toBe(200);
    for (const { response } of streams) response.destroy();
  });

  test("ends properly when the application stops, which does not wait for it", async () => {
    await using backend = await startBackend();
    const stream = await open(backend);
    await until(async () => stream.text !== "");
    backend.child.kill("SIGTERM");
    expect(await backend.exited).toBe(0);
    await until(async () => stream.ended || stream.cut);
    expect(stream.ended).toBe(true);
  });

  test.each(["?everyMs=0", "?everyMs=60001", "?everyMs=a"])(
    "with the query %s is refused",
    async (query) => {
      await using backend = await startBackend();
      expect((await ask(backend, `/stream${query}`)).status).toBe(400);
    },
  );

  test("is read, not written", async () => {
    await using backend = await startBackend();
    expect((await ask(backend, "/stream", { method: "POST" })).status).toBe(405);
  });
});

describe("a stream's timer", () => {
  /** Begins a stream towards nobody, and says how many timers there are then, and after `next`. */
  function timers(before: (response: ServerResponse) => void, next: (streams: Streams) => void) {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      const incoming = new IncomingMessage(new Socket());
      Object.assign(incoming, { method: "GET", url: "/stream" });
      const response = new ServerResponse(incoming);
      before(response);
      const streams = new Streams();
      expect(streams.begin(incoming, response, {})).toBeNull();
      const begun = vi.getTimerCount();
      next(streams);
      return { begun, left: vi.getTimerCount(), ended: response.writableEnded };
    } finally {
      vi.useRealTimers();
    }
  }

  test("is gone as soon as the application ends it, whether its client hears of it or not", () => {
    const seen = timers(
      () => {},
      (streams) => streams.end(),
    );
    expect(seen).toEqual({ begun: 1, left: 0, ended: true });
  });

  test("never begins when the client has left already", () => {
    const seen = timers(
      (response) => response.destroy(),
      () => {},
    );
    expect(seen).toMatchObject({ begun: 0, left: 0 });
  });
});
