import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, test, vi } from "vitest";
import { canary, type CanaryLook } from "../../../../chaos/faults/toxics/canary.ts";
import { ToxiproxyPort } from "../../../../chaos/faults/toxiproxy.ts";
import { echo, listen, startToxiproxy, toxiproxyMissing } from "../toxiproxy-server.ts";

const LINK = "app--store";
const missing = toxiproxyMissing();
/** A limit on what takes milliseconds, on a machine that is busy. */
const PATIENCE = { timeout: 10_000, interval: 5 };

/** An open connection through a link, and how it ended. */
interface Open extends Disposable {
  readonly socket: Socket;
  received: string;
  ended: "no" | "fin" | "reset";
}

async function open(port: number): Promise<Open> {
  const socket = connect({ host: "127.0.0.1", port });
  await once(socket, "connect");
  const one: Open = {
    socket,
    received: "",
    ended: "no",
    [Symbol.dispose]: () => void socket.destroy(),
  };
  socket.on("data", (chunk: Buffer) => (one.received += chunk.toString()));
  socket.once("end", () => (one.ended = "fin"));
  socket.once("error", () => (one.ended = "reset"));
  return one;
}

const look = (
  port: number,
  options: {
    readonly send?: string;
    readonly until?: "data" | "end";
    readonly withinMs?: number;
  } = {},
): Promise<CanaryLook> =>
  canary({
    address: "127.0.0.1",
    port,
    ...{ send: "PING", until: "data", withinMs: 8_000, ...options },
  });

/** Answers what it gets with so many bytes, and closes. */
const answerOf =
  (bytes: number) =>
  (socket: Socket): void =>
    void socket.once("data", () => socket.end("x".repeat(bytes)));

describe.skipIf(missing !== null)(
  `what the toxics of the real Toxiproxy do${missing === null ? "" : ` (${missing})`}`,
  () => {
    test("reset_peer resets connections that are opened under it, at their first byte", async () => {
      await using far = await listen(echo);
      await using server = await startToxiproxy(far.port);
      const port = new ToxiproxyPort(server.url);
      const toxic = { type: "reset_peer", attributes: { timeout: 0 } } as const;
      await port.add(LINK, "it", "upstream", toxic);
      using idle = await open(server.port);
      expect((await look(server.port)).outcome).toBe("reset");
      expect(idle.ended).toBe("no");
      await port.remove(LINK, "it");
      expect((await look(server.port)).outcome).toBe("answered");
    });

    test("reset_peer closes a connection that was open before with FIN, at its next byte", async () => {
      await using far = await listen(echo);
      await using server = await startToxiproxy(far.port);
      const port = new ToxiproxyPort(server.url);
      using before = await open(server.port);
      before.socket.write("one");
      await vi.waitUntil(() => before.received === "one", PATIENCE);
      const toxic = { type: "reset_peer", attributes: { timeout: 0 } } as const;
      await port.add(LINK, "it", "upstream", toxic);
      expect(before.ended).toBe("no");
      before.socket.write("two");
      await vi.waitUntil(() => before.ended !== "no", PATIENCE);
      expect([before.ended, before.received]).toEqual(["fin", "one"]);
    });

    test("timeout 0 loses bytes for good, and its removal closes the connections under it", async () => {
      await using far = await listen(echo);
      await using server = await startToxiproxy(far.port);
      const port = new ToxiproxyPort(server.url);
      using before = await open(server.port);
      const toxic = { type: "timeout", attributes: { timeout: 0 } } as const;
      await port.add(LINK, "it", "upstream", toxic);
      before.socket.write("lost");
      expect((await look(server.port, { withinMs: 150 })).outcome).toBe("silent");
      expect(before.ended).toBe("no");
      await port.remove(LINK, "it");
      await vi.waitUntil(() => before.ended !== "no", PATIENCE);
      expect([before.ended, before.received]).toEqual(["fin", ""]);
      expect((await look(server.port)).outcome).toBe("answered");
    });

    test("slow_close holds back the end of a connection, and none of its data", async () => {
      await using far = await listen(answerOf(10));
      await using server = await startToxiproxy(far.port);
      const port = new ToxiproxyPort(server.url);
      const toxic = { type: "slow_close", attributes: { delay: 2_500 } } as const;
      await port.add(LINK, "it", "downstream", toxic);
      const data = await look(server.port);
      const end = await look(server.port, { until: "end" });
      expect([data.outcome, data.bytes]).toEqual(["answered", 10]);
      expect([end.outcome, end.bytes]).toEqual(["answered", 10]);
      expect(end.tookMs).toBeGreaterThanOrEqual(2_498);
      expect(data.tookMs).toBeLessThan(2_498);
    });

    test("slicer halves data until no piece is larger than its size, and its delay is in microseconds", async () => {
      await using far = await listen(answerOf(500));
      await using server = await startToxiproxy(far.port);
      const port = new ToxiproxyPort(server.url);
      const attributes = { average_size: 100, size_variation: 0, delay: 30_000 };
      await port.add(LINK, "it", "downstream", { type: "slicer", attributes });
      const { bytes, tookMs, pieces } = await look(server.port, { until: "end" });
      expect(bytes).toBe(500);
      // 500 → 250 → 125 → 63 and 62. Late reads may find two pieces in one.
      expect(pieces).toBeGreaterThanOrEqual(1);
      expect(pieces).toBeLessThanOrEqual(8);
      expect(tookMs).toBeGreaterThanOrEqual(7 * 30 - 2);
      // It would be minutes otherwise.
      expect(tookMs).toBeLessThan(8_000);
    });

    test("limit_data ends a connection after so many bytes", async () => {
      await using far = await listen(answerOf(500));
      await using server = await startToxiproxy(far.port);
      const port = new ToxiproxyPort(server.url);
      await port.add(LINK, "it", "downstream", {
        type: "limit_data",
        attributes: { bytes: 120 },
      });
      expect(await look(server.port, { until: "end" })).toMatchObject({
        outcome: "answered",
        bytes: 120,
      });
    });

    test("bandwidth takes a thousand bytes a second for a kilobyte", async () => {
      await using far = await listen(answerOf(500));
      await using server = await startToxiproxy(far.port);
      const port = new ToxiproxyPort(server.url);
      await port.add(LINK, "it", "downstream", { type: "bandwidth", attributes: { rate: 1 } });
      const whole = await look(server.port, { until: "end" });
      expect([whole.outcome, whole.bytes]).toEqual(["answered", 500]);
      expect(whole.tookMs).toBeGreaterThanOrEqual(498);
      expect(whole.tookMs).toBeLessThan(7_000);
    });

    test("a disabled link refuses, and closes what it carried with FIN", async () => {
      await using far = await listen(echo);
      await using server = await startToxiproxy(far.port);
      const port = new ToxiproxyPort(server.url);
      using before = await open(server.port);
      before.socket.write("one");
      await vi.waitUntil(() => before.received === "one", PATIENCE);
      await port.setEnabled(LINK, false);
      await vi.waitUntil(() => before.ended !== "no", PATIENCE);
      expect(before.ended).toBe("fin");
      expect((await look(server.port)).outcome).toBe("refused");
      await port.setEnabled(LINK, true);
      await port.setEnabled(LINK, true);
      expect((await look(server.port)).outcome).toBe("answered");
    });

    test("a link accepts before it has reached its far end, which may be gone", async () => {
      const far = await listen(echo);
      await using server = await startToxiproxy(far.port);
      await far[Symbol.asyncDispose]();
      const { outcome } = await look(server.port);
      expect(["closed", "reset"]).toContain(outcome);
    });
  },
);
