import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { parseConfig } from "../../balancer/config.ts";
import { LoadBalancer } from "../../balancer/load-balancer.ts";
import { BackendServer, freePort } from "./backend-server.ts";

interface Told {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

let directory = "";
let port = 0;
const told: Told[] = [];
const disposables: AsyncDisposable[] = [];
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "evenkeel-balancer-"));
  port = await freePort();
  told.length = 0;
});
afterEach(async () => {
  for (const disposable of disposables.splice(0)) await disposable[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

const types = () => told.map((one) => one.type).filter((type) => !type.startsWith("check."));

const dataOf = (type: string) => told.find((one) => one.type === type)?.data ?? {};

async function backend(name: string): Promise<BackendServer> {
  const server = await BackendServer.start(name);
  disposables.push({ [Symbol.asyncDispose]: () => server.kill() });
  return server;
}

function balancerOf(backends: readonly object[], change: object = {}): LoadBalancer {
  const input = {
    listeners: [{ id: "web", protocol: "http", address: "127.0.0.1", port, pool: "app" }],
    pools: [
      {
        id: "app",
        backends,
        healthCheck: { type: "http", interval: "200ms", timeout: "100ms", fall: 2 },
      },
    ],
    timeouts: { drain: "2s" },
    admin: { socket: join(directory, "admin.sock") },
    ...change,
  };
  const balancer = LoadBalancer.create(parseConfig(input), {
    nodeId: "lb1",
    emit: (type, data) => told.push({ type, data }),
    warn: (message) => expect.unreachable(message),
    now: () => performance.now(),
    random: () => 0,
  });
  disposables.push(balancer);
  return balancer;
}

const get = async (path = "/") => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    headers: { connection: "close" },
  });
  return { status: response.status, text: await response.text() };
};

describe("a start", () => {
  test("is over when every pool was checked once; the first request is then served", async () => {
    const balancer = balancerOf([(await backend("b1")).config]);
    expect(balancer.phase).toBe("starting");
    await balancer.start();
    expect(balancer.phase).toBe("ready");
    expect(types()).toEqual(["backend.healthy", "config.applied", "balancer.ready"]);
    expect(await get()).toEqual({ status: 200, text: "b1" });
  });

  test("does not wait for backends that are down: it is ready with an empty pool", async () => {
    const balancer = balancerOf([{ id: "b1", address: "127.0.0.1", port: await freePort() }]);
    await balancer.start();
    expect(balancer.phase).toBe("ready");
    expect(dataOf("balancer.ready")["available"]).toEqual([]);
    expect((await get()).status).toBe(503);
  });

  test("on a port that is taken fails with the next step and leaves nothing behind", async () => {
    const occupier = createServer().listen(port, "127.0.0.1");
    await once(occupier, "listening");
    const balancer = balancerOf([(await backend("b1")).config]);
    await expect(balancer.start()).rejects.toThrow(/choose another port/);
    expect(balancer.phase).toBe("stopped");
    expect(existsSync(join(directory, "admin.sock"))).toBe(false);
    occupier.close();
  });

  test("that is overtaken by a stop never becomes ready", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port: silentPort } = silent.address() as { port: number };
    const balancer = balancerOf([{ id: "b1", address: "127.0.0.1", port: silentPort }]);
    const started = balancer.start();
    await vi.waitUntil(() => told.some((one) => one.type === "check.begin"));
    await balancer.stop({ reason: "test" });
    await started;
    expect(balancer.phase).toBe("stopped");
    expect(types()).not.toContain("balancer.ready");
    silent.close();
  });
});

describe("a stop", () => {
  test("lets a request in flight finish and tells how many did", async () => {
    const b1 = await backend("b1");
    const balancer = balancerOf([b1.config]);
    await balancer.start();
    const answer = get("/?tookMs=200");
    await vi.waitUntil(() => b1.working === 1);
    await balancer.stop({ reason: "test" });
    expect(await answer).toEqual({ status: 200, text: "b1" });
    expect(told.filter((one) => /^balancer\.(dr|st)/.test(one.type))).toEqual([
      { type: "balancer.draining", data: { reason: "test", inFlight: 1 } },
      {
        type: "balancer.stopped",
        data: { reason: "test", inFlightAtStop: 1, completed: 1, cut: 0 },
      },
    ]);
  });

  test("cuts what outlasts the drain time-out, and says so", async () => {
    const b1 = await backend("b1");
    const balancer = balancerOf([b1.config], { timeouts: { drain: "50ms" } });
    await balancer.start();
    const answer = get("/?tookMs=1500").catch(() => "cut");
    await vi.waitUntil(() => b1.working === 1);
    await balancer.stop({ reason: "test" });
    expect(await answer).toBe("cut");
    expect(dataOf("balancer.stopped")).toMatchObject({ inFlightAtStop: 1, completed: 0, cut: 1 });
  });

  test("refuses new connections while it drains", async () => {
    const b1 = await backend("b1");
    const balancer = balancerOf([b1.config]);
    await balancer.start();
    const answer = get("/?tookMs=200");
    await vi.waitUntil(() => b1.working === 1);
    const stopped = balancer.stop({ reason: "test" });
    await vi.waitUntil(() => balancer.phase === "draining");
    await expect(get()).rejects.toThrow(/fetch failed/);
    await Promise.all([stopped, answer]);
  });

  test("asked for twice happens once", async () => {
    const balancer = balancerOf([(await backend("b1")).config]);
    await balancer.start();
    await Promise.all([balancer.stop({ reason: "one" }), balancer.stop({ reason: "two" })]);
    const stops = told.filter((one) => one.type === "balancer.stopped");
    expect(stops.map((one) => one.data["reason"])).toEqual(["one"]);
  });
});

describe("with keepalived", () => {
  let failover = { trackFile: "", notifyFifo: "" };
  const says = async (state: string) => {
    const heard = told.length;
    appendFileSync(failover.notifyFifo, `INSTANCE "VI_1" ${state} 250\n`);
    await vi.waitUntil(() => told.slice(heard).some((one) => one.type.startsWith("vrrp.")));
  };
  const track = () => readFileSync(failover.trackFile, "utf8").trim();
  beforeEach(() => {
    failover = { trackFile: join(directory, "track"), notifyFifo: join(directory, "fifo") };
    execFileSync("mkfifo", [failover.notifyFifo]);
    writeFileSync(failover.trackFile, "1\n");
  });

  test("the address is asked for once both are ready", async () => {
    const balancer = balancerOf([(await backend("b1")).config], { failover });
    await balancer.start();
    expect(track()).toBe("1");
    await says("FAULT");
    expect(track()).toBe("0");
  });

  test("a stopping master goes on accepting until the address is gone, then drains", async () => {
    const balancer = balancerOf([(await backend("b1")).config], { failover });
    await balancer.start();
    await says("FAULT");
    await says("MASTER");
    const stopped = balancer.stop({ reason: "test" });
    expect([balancer.phase, track()]).toEqual(["lame-duck", "1"]);
    expect(await get()).toEqual({ status: 200, text: "b1" });
    await says("FAULT");
    await stopped;
    expect(types().slice(-3)).toEqual(["vrrp.fault", "balancer.draining", "balancer.stopped"]);
  });

  test("a keepalived that says nothing delays the stop by a fifth of a second at most", async () => {
    const balancer = balancerOf([(await backend("b1")).config], { failover });
    await balancer.start();
    await says("MASTER");
    const began = performance.now();
    await balancer.stop({ reason: "test" });
    const tookMs = performance.now() - began;
    expect(tookMs).toBeGreaterThanOrEqual(199);
    expect(tookMs).toBeLessThan(1_500);
  });

  test("a missing fifo keeps the balancer from starting and is named", async () => {
    rmSync(failover.notifyFifo);
    const balancer = balancerOf([(await backend("b1")).config], { failover });
    await expect(balancer.start()).rejects.toThrow(failover.notifyFifo);
    expect(balancer.phase).toBe("stopped");
  });
});
