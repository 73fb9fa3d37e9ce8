import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { answer } from "../../balancer/admin/answer.ts";
import { parseConfig } from "../../balancer/config.ts";
import { LoadBalancer } from "../../balancer/load-balancer.ts";
import { BackendServer, freePort } from "./backend-server.ts";

let directory = "";
const told: { readonly type: string; readonly data: Readonly<Record<string, unknown>> }[] = [];
const disposables: AsyncDisposable[] = [];
let backend: BackendServer;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "evenkeel-stop-"));
  told.length = 0;
  backend = await BackendServer.start("b1");
});
afterEach(async () => {
  for (const disposable of disposables.splice(0)) await disposable[Symbol.asyncDispose]();
  await backend.kill();
  rmSync(directory, { recursive: true, force: true });
});

/** A balancer that is ready, and its port. */
async function started(nodeId: string, timeouts: Readonly<Record<string, string>>) {
  const port = await freePort();
  const config = parseConfig({
    listeners: [{ id: "web", protocol: "http", address: "127.0.0.1", port, pool: "app" }],
    pools: [{ id: "app", backends: [backend.config] }],
    timeouts,
    admin: { socket: join(directory, `${nodeId}.sock`) },
  });
  const balancer = LoadBalancer.create(config, {
    nodeId,
    emit: (type, data) => told.push({ type, data }),
    warn: (message) => expect.unreachable(message),
    now: () => performance.now(),
    random: () => 0,
  });
  disposables.push(balancer);
  await balancer.start();
  return { balancer, port };
}

/** Asks one request after the other, over connections that are kept for as long as they are. */
class KeepAliveClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly answers: { readonly by: string | undefined; readonly closes: boolean }[] = [];
  readonly failures: string[] = [];
  port: number;

  constructor(port: number) {
    this.port = port;
  }

  /** Goes elsewhere for good once it is told that its connection ends. */
  async askUntil(done: () => boolean, elsewhere: number): Promise<void> {
    while (!done()) {
      try {
        const asked = request({ host: "127.0.0.1", port: this.port, agent: this.#agent }).end();
        const [response] = (await once(asked, "response")) as [IncomingMessage];
        await response.resume().toArray();
        const closes = response.headers.connection === "close";
        this.answers.push({ by: String(response.headers["x-evenkeel-balancer"]), closes });
        this.port = closes ? elsewhere : this.port;
      } catch (error) {
        this.failures.push(String(error));
      }
    }
    this.#agent.destroy();
  }
}

describe("a stop under keep-alive load", () => {
  test("tells each client on its next answer, and no request fails", async () => {
    const [one, two] = [await started("lb1", { lameDuck: "2s" }), await started("lb2", {})];
    let over = false;
    const clients = Array.from({ length: 20 }, () => new KeepAliveClient(one.port));
    const asking = clients.map((client) => client.askUntil(() => over, two.port));
    await vi.waitUntil(() => clients.every(({ answers }) => answers.length >= 3));
    const stopped = one.balancer.stop({ reason: "test" });
    expect(one.balancer.phase).toBe("lame-duck");
    expect(answer(one.balancer, "GET", "/readyz").status).toBe(503);
    await stopped;
    await vi.waitUntil(() => clients.every(({ answers }) => answers.at(-1)?.by === "lb2"));
    over = true;
    await Promise.all(asking);
    expect(clients.flatMap(({ failures }) => failures)).toEqual([]);
    for (const { answers } of clients) {
      expect(answers.findLast(({ by }) => by === "lb1")?.closes).toBe(true);
      expect(answers.filter(({ closes }) => closes)).toHaveLength(1);
    }
  });
});

describe("a lame duck", () => {
  test("accepts new connections as long as configured, each for one answer", async () => {
    const { balancer, port } = await started("lb1", { lameDuck: "1s" });
    const began = performance.now();
    const stopped = balancer.stop({ reason: "test" });
    const response = await fetch(`http://127.0.0.1:${port}/`);
    expect([response.status, response.headers.get("connection")]).toEqual([200, "close"]);
    expect(await response.text()).toBe("b1");
    expect(told.map(({ type }) => type)).not.toContain("balancer.draining");
    await stopped;
    expect(performance.now() - began).toBeGreaterThanOrEqual(999);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow(/fetch failed/);
  });
});

describe("a hurried stop", () => {
  test.each([
    ["a lame duck", { lameDuck: "1h" }, "lame-duck"],
    ["a drain", { drain: "1h" }, "draining"],
  ])("ends %s and cuts what is left", async (_, timeouts, phase) => {
    const { balancer, port } = await started("lb1", timeouts);
    const asked = fetch(`http://127.0.0.1:${port}/?tookMs=60000`).catch(() => "cut");
    await vi.waitUntil(() => backend.working === 1);
    const stopped = balancer.stop({ reason: "SIGTERM" });
    await vi.waitUntil(() => balancer.phase === phase);
    await balancer.stop({ reason: "SIGTERM", hurried: true });
    await stopped;
    expect(await asked).toBe("cut");
    expect(told.find(({ type }) => type === "balancer.stopped")?.data).toEqual({
      reason: "SIGTERM",
      inFlightAtStop: 1,
      completed: 0,
      cut: 1,
    });
  });
});
