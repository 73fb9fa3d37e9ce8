import { expect, test } from "vitest";
import { canary, type CanaryLook } from "../../../../chaos/faults/toxics/canary.ts";
import { echo, listen } from "../toxiproxy-server.ts";

const ask = (port: number, withinMs = 5_000, until: "data" | "end" = "data"): Promise<CanaryLook> =>
  canary({ address: "127.0.0.1", port, send: "PING\r\n", withinMs, until });

test("bytes that come back are an answer", async () => {
  await using server = await listen(echo);
  expect(await ask(server.port)).toMatchObject({ outcome: "answered", bytes: 6, pieces: 1 });
});

test("a handshake alone is none, and the wait ends at its time", async () => {
  await using server = await listen((socket) => void socket.resume());
  const begin = performance.now();
  const { outcome, tookMs: toldMs } = await ask(server.port, 80);
  expect(outcome).toBe("silent");
  const tookMs = performance.now() - begin;
  expect(tookMs).toBeGreaterThanOrEqual(79);
  expect(tookMs).toBeLessThan(3_000);
  expect(toldMs).toBeGreaterThanOrEqual(79);
  expect(toldMs).toBeLessThanOrEqual(tookMs);
});

test("an end, a reset and a refusal are none, at once, and told apart", async () => {
  await using ending = await listen((socket) => void socket.end());
  expect(await ask(ending.port)).toMatchObject({ outcome: "closed", bytes: 0 });
  await using resetting = await listen((socket) => void socket.resetAndDestroy());
  expect(await ask(resetting.port)).toMatchObject({ outcome: "reset", bytes: 0 });
  const gone = await listen(echo);
  await gone[Symbol.asyncDispose]();
  expect(await ask(gone.port)).toMatchObject({ outcome: "refused", bytes: 0 });
});

test("whoever waits for the end counts all bytes until then, and has no answer without an end", async () => {
  await using ending = await listen((socket) => {
    socket.once("data", () => {
      socket.write("one");
      setTimeout(() => socket.end("two"), 30);
    });
  });
  const look = await ask(ending.port, 5_000, "end");
  expect(look).toMatchObject({ outcome: "answered", bytes: 6 });
  expect(look.tookMs).toBeGreaterThanOrEqual(29);
  await using open = await listen(echo);
  expect(await ask(open.port, 80, "end")).toMatchObject({ outcome: "silent", bytes: 6 });
});
