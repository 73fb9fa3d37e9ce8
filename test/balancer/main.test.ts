import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request, type IncomingMessage } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { EventLine } from "../../balancer/telemetry/event.ts";
import { BackendServer, freePort } from "./backend-server.ts";

const MAIN = join(import.meta.dirname, "../../balancer/main.ts");
const PATIENCE = { timeout: 8_000, interval: 5 };

/** The balancer as a process of its own, and what it has said so far. */
class Program {
  out = "";
  err = "";
  readonly process: ChildProcess;
  readonly #closed: Promise<unknown>;

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.process = spawn(process.execPath, [MAIN, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
    this.process.stdout?.on("data", (chunk) => (this.out += String(chunk)));
    this.process.stderr?.on("data", (chunk) => (this.err += String(chunk)));
    this.#closed = once(this.process, "close");
  }

  /** The exit code, once everything it wrote has been read. */
  async exit(): Promise<number | null> {
    await this.#closed;
    return this.process.exitCode;
  }

  events(type: string): EventLine[] {
    return this.out
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as EventLine)
      .filter((event) => event.type === type);
  }

  async event(type: string, about: (event: EventLine) => boolean = () => true): Promise<EventLine> {
    return await vi.waitUntil(() => this.events(type).find(about), PATIENCE);
  }
}

let directory = "";
const programs: Program[] = [];
const backends: BackendServer[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "evenkeel-main-"));
});
afterEach(async () => {
  for (const { process } of programs.splice(0)) process.kill("SIGKILL");
  for (const backend of backends.splice(0)) await backend.kill();
  rmSync(directory, { recursive: true, force: true });
});

function run(args: readonly string[], env = {}): Program {
  const program = new Program(args, env);
  programs.push(program);
  return program;
}

function write(config: unknown): string {
  const path = join(directory, "balancer.json");
  writeFileSync(path, typeof config === "string" ? config : JSON.stringify(config));
  return path;
}

const socketPath = () => join(directory, "admin.sock");
const configOf = (port: number, members: readonly object[]) => ({
  listeners: [{ id: "web", protocol: "http", address: "127.0.0.1", port, pool: "app" }],
  pools: [
    {
      id: "app",
      backends: members,
      healthCheck: { type: "http", interval: "200ms", timeout: "150ms", fall: 2 },
    },
  ],
  timeouts: { drain: "5s" },
  admin: { socket: socketPath() },
});

async function admin(path: string, method = "GET", document?: unknown) {
  const body = document === undefined ? "" : JSON.stringify(document);
  const [response] = (await once(
    request({ socketPath: socketPath(), path, method }).end(body),
    "response",
  )) as [IncomingMessage];
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, body: JSON.parse(text) as unknown };
}

describe("a balancer before two backends", () => {
  let program: Program;
  let port = 0;
  let [b1, b2]: BackendServer[] = [];
  const get = async (path = "/") => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, text: await response.text() };
  };
  beforeEach(async () => {
    [b1, b2] = [await BackendServer.start("b1"), await BackendServer.start("b2")];
    backends.push(b1, b2);
    port = await freePort();
    const config = write(configOf(port, [b1.config, b2.config]));
    program = run(["--config", config], { EVENKEEL_NODE_ID: "lb7" });
    await program.event("balancer.ready");
  });

  test("shares requests out equally and names its node in its events", async () => {
    const answers = [];
    for (let count = 0; count < 20; count++) answers.push((await get()).text);
    expect(answers.filter((name) => name === "b1")).toHaveLength(10);
    expect(answers.filter((name) => name === "b2")).toHaveLength(10);
    expect(program.events("balancer.ready")[0]).toMatchObject({ node: "lb7", process: "balancer" });
    expect(program.events("config.applied")).toHaveLength(1);
  });

  test("ejects one that is killed, tells it, and serves on with the other without an error", async () => {
    await b2?.kill();
    const { data } = await program.event("backend.unhealthy");
    expect(data).toEqual({ pool: "app", backend: "b2", reason: "refused", consecutive: 2 });
    for (let count = 0; count < 10; count++)
      expect(await get()).toEqual({ status: 200, text: "b1" });
    const { body } = await admin("/pools");
    expect(body).toMatchObject({
      pools: [{ backends: [{ health: "healthy" }, { health: "unhealthy", pickable: false }] }],
    });
  });

  test("takes a backend out on an operator's word, and in again", async () => {
    expect((await admin("/pools/app/backends/b1/drain", "POST")).status).toBe(200);
    await program.event("backend.drained");
    const during = new Set<string>();
    for (let count = 0; count < 6; count++) during.add((await get()).text);
    expect([...during]).toEqual(["b2"]);
    await admin("/pools/app/backends/b1/enable", "POST");
    const after = new Set<string>();
    for (let count = 0; count < 6; count++) after.add((await get()).text);
    expect([...after].toSorted()).toEqual(["b1", "b2"]);
  });

  const applied = async (by: string) => {
    await program.event("config.applied", (event) => event.data["by"] === by);
    return { first: (await get()).text, second: (await get()).text };
  };

  test("takes its file over on SIGHUP, and leaves everything as it is when the file is wrong", async () => {
    write(configOf(port, [b2?.config ?? {}]));
    program.process.kill("SIGHUP");
    expect(await applied("SIGHUP")).toEqual({ first: "b2", second: "b2" });
    write({ ...configOf(port, []), pools: [] });
    program.process.kill("SIGHUP");
    await vi.waitUntil(() => program.err.includes("the running configuration is untouched"));
    expect(program.err).toContain("pools");
    expect((await get()).text).toBe("b2");
  });

  test("takes a document over from the admin API after a dry run, and shows what it was given", async () => {
    const document = configOf(port, [b1?.config ?? {}]);
    const changes = { backends: { added: [], removed: ["app/b2"], changed: [] } };
    const dry = await admin("/config/dry-run", "POST", document);
    expect(dry).toMatchObject({ status: 200, body: { applied: false, changes } });
    expect(new Set([(await get()).text, (await get()).text]).size).toBe(2);
    const done = await admin("/config", "POST", document);
    expect(done).toMatchObject({ status: 200, body: { applied: true, changes } });
    expect(await applied("admin")).toEqual({ first: "b1", second: "b1" });
    expect((await admin("/config/source")).body).toEqual(document);
    expect((await admin("/config", "POST", { pools: 1 })).status).toBe(422);
    expect((await get()).text).toBe("b1");
  });

  test("on SIGTERM finishes a request in flight, says so as its last word, and exits with 0", async () => {
    const answer = get("/?tookMs=300");
    await vi.waitUntil(() => (b1?.working ?? 0) + (b2?.working ?? 0) === 1, PATIENCE);
    program.process.kill("SIGTERM");
    await program.event("balancer.draining");
    expect((await admin("/readyz")).status).toBe(503);
    expect((await admin("/healthz")).status).toBe(200);
    await expect(
      fetch(`http://127.0.0.1:${port}/`, { headers: { connection: "close" } }),
    ).rejects.toThrow(/fetch failed/);
    expect(await answer).toMatchObject({ status: 200 });
    expect(await program.exit()).toBe(0);
    const last = JSON.parse(program.out.trimEnd().split("\n").at(-1) ?? "") as EventLine;
    expect(last.type).toBe("balancer.stopped");
    expect(last.data).toEqual({ reason: "SIGTERM", inFlightAtStop: 1, completed: 1, cut: 0 });
    expect(program.err).toBe("");
    expect(existsSync(socketPath())).toBe(false);
  });

  test("stops on SIGINT as well, even when it arrives twice at once", async () => {
    program.process.kill("SIGINT");
    program.process.kill("SIGINT");
    expect(await program.exit()).toBe(0);
    expect(program.events("balancer.stopped")).toHaveLength(1);
  });
});

test("a balancer that watches its file takes each change of it over", async () => {
  const [b1, b2] = [await BackendServer.start("b1"), await BackendServer.start("b2")];
  backends.push(b1, b2);
  const port = await freePort();
  const program = run(["--watch", "--config", write(configOf(port, [b1.config]))]);
  await program.event("balancer.ready");
  for (const { config, name } of [b2, b1]) {
    write(configOf(port, [config]));
    await program.event("config.applied", ({ data }) =>
      JSON.stringify(data["changes"] ?? {}).includes(`"added":["app/${name}"]`),
    );
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe(name);
  }
});

describe("called", () => {
  const valid = () => configOf(8_080, [{ id: "b1", address: "127.0.0.1", port: 1 }]);

  test.each<[string, string[], number, RegExp]>([
    ["without anything", [], 64, /--config FILE is missing/],
    ["with an unknown option", ["--confg", "x"], 64, /--confg/],
    ["with a stray word", ["serve"], 64, /serve/],
    ["with a file that is not there", ["--config", "/nonexistent.json"], 64, /cannot be read/],
  ])("%s it says what is wrong and exits with 64", async (_, args, code, message) => {
    const program = run(args);
    expect(await program.exit()).toBe(code);
    expect(program.err).toMatch(message);
    expect(program.out).toBe("");
  });

  test("with --check it says that a configuration is valid, and starts nothing", async () => {
    const program = run(["--config", write(valid()), "--check"]);
    expect(await program.exit()).toBe(0);
    expect(program.out).toBe(
      "The configuration is valid: 1 listener(s), 1 pool(s), 1 backend(s).\n",
    );
    expect(existsSync(socketPath())).toBe(false);
  });

  test.each([["--check"], []])(
    "with an invalid configuration it lists all problems (%j)",
    async (...more) => {
      const config = { ...valid(), timeouts: { drain: "soon" }, limits: { connections: 0 } };
      const program = run(["--config", write(config), ...more]);
      expect(await program.exit()).toBe(1);
      expect(program.err).toContain("2 problems");
      expect(program.err).toContain("timeouts.drain");
      expect(program.err).toContain("limits.connections");
    },
  );

  test("with a file that is not JSON it says where", async () => {
    const program = run(["--config", write("{"), "--check"]);
    expect(await program.exit()).toBe(1);
    expect(program.err).toMatch(/is not JSON: .*position/);
  });

  test("with --schema it prints the JSON Schema, whole", async () => {
    const program = run(["--schema"]);
    expect(await program.exit()).toBe(0);
    expect(JSON.parse(program.out)).toMatchObject({
      type: "object",
      required: ["listeners", "pools"],
    });
  });

  test("with --help it explains its options and exit codes", async () => {
    const program = run(["--help"]);
    expect(await program.exit()).toBe(0);
    for (const word of ["--config", "--check", "--schema", "EVENKEEL_NODE_ID", "64"]) {
      expect(program.out).toContain(word);
    }
  });
});

test("a port that is taken is named with the next step, and the exit code is 1", async () => {
  const port = await freePort();
  const occupier = createServer().listen(port, "127.0.0.1");
  await once(occupier, "listening");
  const program = run(["--config", write(configOf(port, []))]);
  expect(await program.exit()).toBe(1);
  expect(program.err).toContain(`127.0.0.1:${port}`);
  expect(program.err).toMatch(/choose another port/);
  occupier.close();
});
