import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { Agent, request, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { EventLine } from "../../../balancer/telemetry/event.ts";
import { BackendServer, freePort } from "../backend-server.ts";

const MAIN = join(import.meta.dirname, "../../../balancer/main.ts");
const PATIENCE = { timeout: 20_000, interval: 5 };
// Every restart starts a program.
vi.setConfig({ testTimeout: 60_000 });

let directory = "";
let port = 0;
let backends: BackendServer[] = [];
let program: Balancers;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "evenkeel-restart-"));
  port = await freePort();
  backends = [await BackendServer.start("b1"), await BackendServer.start("b2")];
});
afterEach(async () => {
  program.kill();
  for (const backend of backends) await backend.kill();
  rmSync(directory, { recursive: true, force: true });
});

const path = (name: string) => join(directory, name);

function configure(change: object = {}): string {
  const config = {
    listeners: [{ id: "web", protocol: "http", address: "127.0.0.1", port, pool: "app" }],
    pools: [
      {
        id: "app",
        backends: backends.map(({ config: backend }) => backend),
        healthCheck: { type: "http", interval: "200ms", timeout: "150ms" },
      },
    ],
    timeouts: { drain: "5s" },
    admin: { socket: path("admin.sock") },
    ...change,
  };
  writeFileSync(path("balancer.json"), JSON.stringify(config));
  return path("balancer.json");
}

/** A balancer as a process of its own and those that follow it; all write into the same pipe. */
class Balancers {
  out = "";
  err = "";
  readonly first: ChildProcess;
  readonly firstExit: Promise<unknown[]>;
  readonly allEnded: Promise<unknown>;

  constructor(file: string) {
    this.first = spawn(process.execPath, [MAIN, "--config", file], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, EVENKEEL_NODE_ID: "lb" },
    });
    this.first.stdout?.on("data", (chunk) => (this.out += String(chunk)));
    this.first.stderr?.on("data", (chunk) => (this.err += String(chunk)));
    this.firstExit = once(this.first, "exit");
    this.allEnded = once(this.first, "close");
  }

  events(type: string): EventLine[] {
    return this.out
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as EventLine)
      .filter((event) => event.type === type);
  }

  /** The event of a type that comes as the n-th, from 1. */
  async event(type: string, nth = 1): Promise<EventLine> {
    return await vi.waitUntil(() => this.events(type)[nth - 1], PATIENCE);
  }

  get pids(): number[] {
    const later = this.events("balancer.replaced").map(({ data }) => Number(data["pid"]));
    return [this.first.pid ?? -1, ...later];
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pids.at(-1) ?? -1, signal);
  }

  kill(): void {
    for (const pid of this.pids.filter(isAlive)) process.kill(pid, "SIGKILL");
  }
}

function isAlive(pid: number): boolean {
  // A number may be that of another program by now, but hardly of one with these arguments.
  return existsSync(`/proc/${pid}`) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(MAIN);
}

async function started(change: object = {}): Promise<Balancers> {
  program = new Balancers(configure(change));
  await program.event("balancer.ready");
  return program;
}

async function admin(target: string, method = "GET") {
  const asked = request({ socketPath: path("admin.sock"), path: target, method, agent: false });
  const [response] = (await once(asked.end(), "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return {
    status: response.statusCode,
    body: JSON.parse(text) as Readonly<Record<string, unknown>>,
  };
}

/** The status of one answer, over a connection of its own. */
async function get(target = "/", at = port): Promise<number> {
  const headers = { connection: "close" };
  return (await fetch(`http://127.0.0.1:${at}${target}`, { headers })).status;
}

/** Asks one request after the other, over kept or over fresh connections. */
async function askUntil(done: () => boolean, keepAlive: boolean) {
  const agent = new Agent({ keepAlive, maxSockets: 1 });
  const seen = { answers: 0, failures: [] as string[] };
  const asking = (async () => {
    while (!done()) {
      try {
        const asked = request({ host: "127.0.0.1", port, agent, path: "/?tookMs=2" }).end();
        const [response] = (await once(asked, "response")) as [IncomingMessage];
        await response.resume().toArray();
        seen.answers += 1;
        if (response.statusCode !== 200) seen.failures.push(`status ${response.statusCode}`);
      } catch (error) {
        seen.failures.push(String(error));
      }
    }
    agent.destroy();
  })();
  return { seen, asking };
}

describe("restarts under load", () => {
  test("lose nothing: three of them, fresh and kept connections, a request of a second", async () => {
    const balancers = await started();
    let over = false;
    const clients = await Promise.all(
      [true, true, true, true, false, false].map((keepAlive) => askUntil(() => over, keepAlive)),
    );
    const answered = () => Math.min(...clients.map(({ seen }) => seen.answers));
    for (const nth of [1, 2, 3]) {
      const before = answered();
      const long = get("/?tookMs=1000");
      await vi.waitUntil(() => answered() >= before + 10, PATIENCE);
      balancers.signal("SIGUSR2");
      await balancers.event("balancer.replaced", nth);
      expect(await long).toBe(200);
      await balancers.event("balancer.stopped", nth);
    }
    const last = answered();
    await vi.waitUntil(() => answered() >= last + 10, PATIENCE);
    over = true;
    await Promise.all(clients.map(({ asking }) => asking));
    expect(clients.flatMap(({ seen }) => seen.failures)).toEqual([]);
    expect(await balancers.firstExit).toEqual([0, null]);
    expect(new Set(balancers.pids).size).toBe(4);
    for (const { data } of balancers.events("balancer.stopped")) {
      expect(data).toMatchObject({ reason: "replaced", cut: 0 });
    }
    balancers.signal("SIGTERM");
    await balancers.allEnded;
    expect(balancers.events("balancer.stopped").at(-1)?.data["reason"]).toBe("SIGTERM");
    expect(balancers.err).toBe("");
    expect(existsSync(path("admin.sock"))).toBe(false);
  });
});

describe("a restart", () => {
  test("asked for by the admin API tells the new pid, and the new process follows the new file", async () => {
    const balancers = await started();
    const more = await freePort();
    const listener = { protocol: "http", address: "127.0.0.1", pool: "app" };
    configure({
      listeners: [
        { ...listener, id: "web", port },
        { ...listener, id: "more", port: more },
      ],
    });
    const { status, body } = await admin("/restart", "POST");
    expect([status, body]).toEqual([200, { pid: balancers.pids.at(-1) }]);
    expect(await get("/", more)).toBe(200);
    expect(await get()).toBe(200);
    expect((await admin("/readyz")).status).toBe(200);
  });

  test("forgets neither what operators nor what checks said of a backend", async () => {
    const balancers = await started({
      pools: [
        {
          id: "app",
          backends: [
            ...backends.map(({ config: backend }) => backend),
            { id: "b3", address: "127.0.0.1", port: await freePort() },
          ],
          healthCheck: { type: "http", interval: "60s", timeout: "150ms", fall: 1 },
        },
      ],
    });
    await balancers.event("backend.unhealthy");
    await admin("/pools/app/backends/b1/drain", "POST");
    balancers.signal("SIGUSR2");
    await balancers.event("balancer.replaced");
    const { body } = await admin("/pools");
    expect(body["pools"]).toMatchObject([
      {
        backends: [
          { id: "b1", administrative: "draining", health: "healthy" },
          { id: "b2", administrative: "enabled", health: "healthy" },
          { id: "b3", administrative: "enabled", health: "unhealthy" },
        ],
      },
    ]);
    // It knew before it had seen anything itself.
    expect(balancers.events("backend.healthy")).toHaveLength(2);
    expect(balancers.events("backend.unhealthy")).toHaveLength(1);
  });

  test("gives backends that are found no slow start, neither before nor after", async () => {
    writeFileSync(path("found.json"), JSON.stringify(backends.map(({ config }) => config)));
    const balancers = await started({
      pools: [
        {
          id: "app",
          backends: [],
          discovery: { type: "file", path: path("found.json") },
          healthCheck: { type: "http", interval: "10s", timeout: "10s" },
          slowStart: { window: "1h" },
        },
      ],
    });
    balancers.signal("SIGUSR2");
    await balancers.event("balancer.replaced");
    const { body } = await admin("/pools");
    expect(body["pools"]).toMatchObject([
      {
        backends: [
          { id: "b1", pickable: true, slowStart: false },
          { id: "b2", pickable: true, slowStart: false },
        ],
      },
    ]);
    expect(balancers.events("slow-start.begin")).toEqual([]);
  });

  test("leaves keepalived alone: it is heard all the time, and the track file is never 1", async () => {
    const failover = { trackFile: path("track"), notifyFifo: path("fifo") };
    execFileSync("mkfifo", [failover.notifyFifo]);
    writeFileSync(failover.trackFile, "1\n");
    const balancers = await started({ failover });
    const says = (state: string) =>
      appendFileSync(failover.notifyFifo, `INSTANCE "VI_1" ${state} 250\n`);
    says("MASTER");
    await balancers.event("vrrp.master");
    const track = () => readFileSync(failover.trackFile, "utf8");
    await vi.waitUntil(() => track() === "0\n");
    const seen = new Set<string>();
    const looking = setInterval(() => seen.add(track()), 1);
    balancers.signal("SIGUSR2");
    // Said while one process lets go and the other one takes over.
    await balancers.event("balancer.restarting");
    for (let count = 0; count < 20; count += 1) says("MASTER");
    await balancers.event("balancer.replaced");
    expect((await admin("/readyz")).body["vrrp"]).toBe("master");
    await balancers.event("balancer.stopped");
    says("BACKUP");
    await balancers.event("vrrp.backup");
    clearInterval(looking);
    expect(balancers.events("vrrp.master")).toHaveLength(21);
    // Empty for the moment in which it is written.
    expect([...seen].filter((text) => text !== "")).toEqual(["0\n"]);
  });
});

describe("a process that was replaced", () => {
  test("waits for kept connections to be used, and no longer when it is told to stop", async () => {
    const balancers = await started({ timeouts: { drain: "1h" } });
    const kept = connect({ host: "127.0.0.1", port });
    kept.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    await once(kept, "data");
    const idle = connect({ host: "127.0.0.1", port });
    idle.resume().write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    balancers.signal("SIGUSR2");
    await balancers.event("balancer.replaced");
    kept.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const [answer] = (await once(kept, "data")) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 [^]*\r\nConnection: close\r\n/);
    expect(balancers.first.exitCode).toBe(null);
    balancers.first.kill("SIGTERM");
    expect(await balancers.firstExit).toEqual([0, null]);
    expect(await get()).toBe(200);
    kept.destroy();
    idle.destroy();
  });
});

describe("a successor that does not come to serve leaves everything as it was:", () => {
  test("one with an invalid configuration", async () => {
    const balancers = await started();
    configure({ timeouts: { drain: "soon" } });
    balancers.signal("SIGUSR2");
    const { data } = await balancers.event("balancer.restart-failed");
    expect(data["by"]).toBe("SIGUSR2");
    await vi.waitUntil(() => balancers.err.includes("This process serves on as before."), PATIENCE);
    expect(balancers.err).toContain("timeouts.drain");
    const { status, body } = await admin("/restart", "POST");
    expect([status, body["code"]]).toEqual([503, "restart-failed"]);
    expect(await get()).toBe(200);
    expect(balancers.first.exitCode).toBe(null);
  });

  test("one that fails when admin socket and fifo are its own already", async () => {
    const failover = { trackFile: path("track"), notifyFifo: path("fifo") };
    execFileSync("mkfifo", [failover.notifyFifo]);
    const balancers = await started({ failover });
    configure({ failover, admin: { socket: "/nonexistent/admin.sock" } });
    balancers.signal("SIGUSR2");
    await balancers.event("balancer.restart-failed");
    expect((await admin("/readyz")).status).toBe(200);
    appendFileSync(failover.notifyFifo, 'INSTANCE "VI_1" BACKUP 250\n');
    await balancers.event("vrrp.backup");
    // And the next one succeeds.
    configure({ failover });
    balancers.signal("SIGUSR2");
    await balancers.event("balancer.replaced");
    expect(await get()).toBe(200);
  });

  test("one that is asked for while the balancer stops", async () => {
    const balancers = await started();
    const long = get("/?tookMs=1000");
    await vi.waitUntil(() => backends.some(({ working }) => working > 0), PATIENCE);
    balancers.signal("SIGTERM");
    await balancers.event("balancer.draining");
    balancers.signal("SIGUSR2");
    await balancers.event("balancer.restart-failed");
    expect(await long).toBe(200);
    expect(await balancers.firstExit).toEqual([0, null]);
  });
});
