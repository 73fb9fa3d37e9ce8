import { expect, test } from "vitest";
import { canary } from "../../../../chaos/faults/toxics/canary.ts";
import { echo, listen } from "../toxiproxy-server.ts";

const ask = (port: number, withinMs = 5_000): Promise<boolean> =>
  canary({ address: "127.0.0.1", port, send: "PING\r\n", withinMs });

test("bytes that come back are an answer", async () => {
  await using server = await listen(echo);
  expect(await ask(server.port)).toBe(true);
});

test("a handshake alone is none, and the wait ends at its time", async () => {
  await using server = await listen((socket) => void socket.resume());
  const begin = performance.now();
  expect(await ask(server.port, 80)).toBe(false);
  const tookMs = performance.now() - begin;
  expect(tookMs).toBeGreaterThanOrEqual(79);
  expect(tookMs).toBeLessThan(3_000);
});

test("an end, a reset and a refusal are none, at once", async () => {
  await using ending = await listen((socket) => void socket.end());
  expect(await ask(ending.port)).toBe(false);
  await using resetting = await listen((socket) => void socket.resetAndDestroy());
  expect(await ask(resetting.port)).toBe(false);
  const gone = await listen(echo);
  await gone[Symbol.asyncDispose]();
  expect(await ask(gone.port)).toBe(false);
});
