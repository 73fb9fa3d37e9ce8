import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { parseConfig } from "../../../balancer/config.ts";
import { withFound } from "../../../balancer/discovery/discoveries.ts";
import { LoadBalancer } from "../../../balancer/load-balancer.ts";
import { BackendServer, freePort } from "../backend-server.ts";
import { SteadyClients } from "../steady-clients.ts";
import { NameServer } from "./name-server.ts";

let directory = "";
let port = 0;
const warnings: string[] = [];
const told: string[] = [];
const disposables: AsyncDisposable[] = [];
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "evenkeel-discovery-"));
  port = await freePort();
  warnings.length = 0;
  told.length = 0;
});
afterEach(async () => {
  for (const disposable of disposables.splice(0).reverse()) await disposable[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

async function backend(name: string): Promise<BackendServer> {
  const server = await BackendServer.start(name);
  disposables.push({ [Symbol.asyncDispose]: () => server.kill() });
  return server;
}

const documentOf = (discovery: object, backends: readonly object[] = []) => ({
  listeners: [{ id: "web", protocol: "http", address: "127.0.0.1", port, pool: "app" }],
  pools: [{ id: "app", backends, discovery }],
  admin: { socket: join(directory, "admin.sock") },
});

function balancerOf(document: object): LoadBalancer {
  const balancer = LoadBalancer.create(parseConfig(document), {
    nodeId: "lb1",
    emit: (type) => told.push(type),
    warn: (message) => warnings.push(message),
    now: () => performance.now(),
    random: () => 0,
  });
  disposables.push(balancer);
  return balancer;
}

async function started(document: object): Promise<LoadBalancer> {
  const balancer = balancerOf(document);
  await balancer.start();
  return balancer;
}

/** Nobody gets in, neither as a client nor as an operator. */
async function expectClosed(balancer: LoadBalancer): Promise<void> {
  expect(balancer.phase).toBe("stopped");
  expect(told).not.toContain("balancer.ready");
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow(/fetch failed/);
  expect(existsSync(join(directory, "admin.sock"))).toBe(false);
}

const list = () => join(directory, "backends.json");
const write = (backends: unknown, path = list()) => {
  writeFileSync(`${path}.new`, JSON.stringify(backends));
  renameSync(`${path}.new`, path);
};
const idsOf = (balancer: LoadBalancer) => balancer.pools[0]?.backends.map(({ id }) => id) ?? [];
const becomes = (balancer: LoadBalancer, ids: readonly string[]) =>
  vi.waitUntil(() => idsOf(balancer).join() === ids.join(), { timeout: 8_000 });

test("backends that a file lists come and go without a lost request", async () => {
  const [b1, b2] = [await backend("b1"), await backend("b2")];
  write([b1.config]);
  const balancer = await started(documentOf({ type: "file", path: list() }));
  await using clients = new SteadyClients(port);
  for (const members of [[b1, b2], [b2], [b1, b2], [b1]]) {
    const before = clients.served;
    write(members.map(({ config }) => config));
    await becomes(
      balancer,
      members.map(({ name }) => name),
    );
    await vi.waitUntil(() => clients.served > before + 20, { timeout: 8_000 });
  }
  await clients.stop();
  expect(clients.failures).toEqual([]);
});

test("a file that becomes wrong changes nothing, and says what is wrong once", async () => {
  const b1 = await backend("b1");
  write([b1.config]);
  const balancer = await started(documentOf({ type: "file", path: list() }));
  write([{ ...b1.config, port: 0 }]);
  await vi.waitUntil(() => warnings.length > 0, { timeout: 8_000 });
  expect(warnings[0]).toMatch(/Pool app keeps its 1 discovered backend.*\[0\]\.port/s);
  expect(told.filter((type) => type === "discovery.failed")).toHaveLength(1);
  expect(idsOf(balancer)).toEqual(["b1"]);
  write([{ ...b1.config, id: "b9" }]);
  await becomes(balancer, ["b9"]);
});

test("a file whose folder comes later is found, and followed from then on", async () => {
  const [b1, b2] = [await backend("b1"), await backend("b2")];
  const path = join(directory, "later", "backends.json");
  const balancer = await started(documentOf({ type: "file", path }));
  expect(told).toContain("discovery.failed");
  mkdirSync(join(directory, "later"));
  write([b1.config], path);
  await becomes(balancer, ["b1"]);
  write([b2.config], path);
  await becomes(balancer, ["b2"]);
});

test("backends that a name stands for are looked for before the balancer is ready", async () => {
  const names = await NameServer.start();
  disposables.push(names);
  const b1 = await backend("b1");
  const dns = { type: "dns", name: "app.example", port: b1.config.port, servers: [names.server] };
  names.zone.set("app.example", [{ type: "A", address: "127.0.0.1", ttl: 60 }]);
  const balancer = await started(documentOf(dns));
  expect(idsOf(balancer)).toEqual([`at-127-0-0-1-${b1.config.port}`]);
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("b1");
});

test("a balancer that is stopped while it waits for a name server is over at once, and opens nothing", async () => {
  const names = await NameServer.start();
  disposables.push(names);
  names.ill = true;
  const dns = { type: "dns", name: "app.example", port: 80, timeout: "1h" };
  const telemetry = { accessLog: join(directory, "access.ndjson") };
  const balancer = balancerOf({ ...documentOf({ ...dns, servers: [names.server] }), telemetry });
  const start = balancer.start();
  await vi.waitUntil(() => names.asked > 0);
  await balancer.stop({ reason: "test" });
  await start;
  await expectClosed(balancer);
});

test("nor does one go on that is stopped while it checks whom it has found", async () => {
  const silent = createServer();
  const asked = once(silent, "connection");
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port: silentPort } = silent.address() as AddressInfo;
  write([{ id: "b1", address: "127.0.0.1", port: silentPort }]);
  const healthCheck = { type: "http", interval: "300ms", timeout: "300ms" };
  const document = documentOf({ type: "file", path: list() });
  const pools = document.pools.map((pool) => ({ ...pool, healthCheck }));
  const balancer = balancerOf({ ...document, pools });
  const start = balancer.start();
  await asked;
  await balancer.stop({ reason: "test" });
  await start;
  silent.close();
  await expectClosed(balancer);
});

test("a name server that falls ill empties no pool, and its changes count when it is well again", async () => {
  const names = await NameServer.start();
  disposables.push(names);
  const dns = {
    type: "dns",
    name: "app.example",
    port: 80,
    interval: "100ms",
    timeout: "200ms",
    servers: [names.server],
  };
  const address = (last: number) => ({ type: "A", address: `127.0.0.${last}`, ttl: 0 }) as const;
  names.zone.set("app.example", [address(1), address(2)]);
  const balancer = await started(documentOf(dns));
  names.ill = true;
  await vi.waitUntil(() => warnings.length > 0, { timeout: 8_000 });
  expect(idsOf(balancer)).toEqual(["at-127-0-0-1-80", "at-127-0-0-2-80"]);
  names.ill = false;
  names.zone.set("app.example", [address(2), address(3)]);
  await becomes(balancer, ["at-127-0-0-2-80", "at-127-0-0-3-80"]);
});

test("a reload that keeps the discovery keeps who was found; one that drops it lets them go", async () => {
  const [b1, b2] = [await backend("b1"), await backend("b2")];
  write([b1.config]);
  const discovery = { type: "file", path: list() };
  const balancer = await started(documentOf(discovery));
  await balancer.apply(documentOf(discovery, [b2.config]), "test");
  expect(idsOf(balancer)).toEqual(["b2", "b1"]);
  const { pools, ...rest } = documentOf(discovery, [b2.config]);
  const without = pools.map(({ id, backends }) => ({ id, backends }));
  await balancer.apply({ ...rest, pools: without }, "test");
  expect(idsOf(balancer)).toEqual(["b2"]);
});

test("a backend that the configuration lists itself is not doubled by one that is found", () => {
  const config = parseConfig(
    documentOf({ type: "file", path: "/list.json" }, [
      { id: "own", address: "198.18.7.21", port: 80, weight: 7 },
    ]),
  );
  const found = [
    { id: "same-place", address: "198.18.7.21", port: 80, weight: 1 },
    { id: "own", address: "198.18.7.22", port: 80, weight: 1 },
    { id: "other", address: "198.18.7.23", port: 80, weight: 1 },
  ];
  const { pools } = withFound(config, new Map([["app", { backends: found }]]));
  expect(pools[0]?.backends.map(({ id, weight }) => [id, weight])).toEqual([
    ["own", 7],
    ["other", 1],
  ]);
});
