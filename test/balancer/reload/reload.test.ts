import { mkdtempSync, rmSync } from "node:fs";
import { createServer, connect, type AddressInfo } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { parseConfig } from "../../../balancer/config.ts";
import { LoadBalancer } from "../../../balancer/load-balancer.ts";
import { BackendServer, freePort } from "../backend-server.ts";
import { SteadyClients } from "../steady-clients.ts";

interface Told {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Document {
  readonly backends: readonly object[];
  readonly pool?: object;
  readonly listener?: object;
  readonly more?: object;
}

let directory = "";
let port = 0;
const told: Told[] = [];
const disposables: AsyncDisposable[] = [];
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "evenkeel-reload-"));
  port = await freePort();
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

const documentOf = ({ backends, pool, listener, more }: Document) => ({
  listeners: [
    { id: "web", protocol: "http", address: "127.0.0.1", port, pool: "app", ...listener },
  ],
  pools: [
    {
      id: "app",
      backends,
      // Long enough that a busy machine ejects nobody.
      healthCheck: { type: "http", interval: "10s", timeout: "10s" },
      ...pool,
    },
  ],
  timeouts: { drain: "5s" },
  admin: { socket: join(directory, "admin.sock") },
  ...more,
});

async function started(document: Document): Promise<LoadBalancer> {
  const written = documentOf(document);
  const balancer = LoadBalancer.create(
    parseConfig(written),
    {
      nodeId: "lb1",
      emit: (type, data) => told.push({ type, data }),
      warn: (message) => expect.unreachable(message),
      now: () => performance.now(),
      random: () => 0,
    },
    written,
  );
  disposables.push(balancer);
  await balancer.start();
  return balancer;
}

const get = async (path = "/", at = port) => {
  const response = await fetch(`http://127.0.0.1:${at}${path}`, {
    headers: { connection: "close" },
  });
  return response.text();
};

/** Who answers that many requests, one after the other: `b1 b1 b2`. */
async function answers(count: number): Promise<string> {
  const names: string[] = [];
  for (let request = 0; request < count; request += 1) names.push(await get());
  return names.toSorted().join(" ");
}

const typesSince = (from: number) =>
  told
    .slice(from)
    .map(({ type }) => type)
    .filter((type) => !type.startsWith("check."));

describe("a changed membership", () => {
  test("is served from the moment that the change is over, and says what it was", async () => {
    const [b1, b2, b3] = [await backend("b1"), await backend("b2"), await backend("b3")];
    const balancer = await started({ backends: [b1.config, b2.config] });
    const changes = await balancer.apply(documentOf({ backends: [b2.config, b3.config] }), "test");
    expect(changes).toEqual({
      listeners: { added: [], removed: [], changed: [] },
      pools: { added: [], removed: [], changed: [] },
      backends: { added: ["app/b3"], removed: ["app/b1"], changed: [] },
      sections: [],
    });
    expect(await answers(4)).toBe("b2 b2 b3 b3");
  });

  test("of which nobody stays leaves no moment without a backend", async () => {
    const [b1, b2] = [await backend("b1"), await backend("b2")];
    const balancer = await started({ backends: [b1.config] });
    await using clients = new SteadyClients(port);
    for (let turn = 0; turn < 20; turn += 1) {
      const next = turn % 2 === 0 ? b2 : b1;
      const before = clients.served;
      await balancer.apply(documentOf({ backends: [next.config] }), "test");
      await vi.waitUntil(() => clients.served > before + 20, { timeout: 10_000 });
    }
    await clients.stop();
    expect(clients.failures).toEqual([]);
  });

  test("forgets no health: one that is down gets nothing, although it was listed anew", async () => {
    const [b1, b2] = [await backend("b1"), await backend("b2")];
    const pool = { healthCheck: { type: "tcp", interval: "100ms", timeout: "100ms", fall: 2 } };
    const balancer = await started({ backends: [b1.config, b2.config], pool });
    const { config } = b2;
    await b2.kill();
    await vi.waitUntil(() => balancer.pools[0]?.backends[1]?.health === "unhealthy", 10_000);
    const from = told.length;
    const backends = [{ ...config, weight: 5 }, b1.config];
    await balancer.apply(documentOf({ backends, pool }), "test");
    expect(balancer.pools[0]?.backends.map(({ id, health }) => [id, health])).toEqual([
      ["b2", "unhealthy"],
      ["b1", "healthy"],
    ]);
    expect(await answers(6)).toBe("b1 b1 b1 b1 b1 b1");
    expect(typesSince(from)).toEqual(["config.applied"]);
  });

  test("forgets no operator's word: one that drains goes on draining", async () => {
    const [b1, b2] = [await backend("b1"), await backend("b2")];
    const balancer = await started({ backends: [b1.config, b2.config] });
    const [pool] = balancer.pools;
    const drained = pool?.backends[1];
    if (pool === undefined || drained === undefined) throw new Error("No backend.");
    balancer.administer(pool, drained, { state: "draining" });
    await balancer.apply(documentOf({ backends: [b2.config, b1.config] }), "test");
    expect(await answers(4)).toBe("b1 b1 b1 b1");
  });

  test("lets requests on a backend that left finish, and tells that it is drained", async () => {
    const [b1, b2] = [await backend("b1"), await backend("b2")];
    const balancer = await started({ backends: [b1.config] });
    const answer = get("/?tookMs=300");
    await vi.waitUntil(() => b1.working === 1);
    await balancer.apply(documentOf({ backends: [b2.config] }), "test");
    expect(await get()).toBe("b2");
    expect(await answer).toBe("b1");
    const drained = await vi.waitUntil(() => told.find(({ type }) => type === "backend.drained"));
    expect(drained.data).toMatchObject({ pool: "app", backend: "b1", completed: 1, cut: 0 });
  });

  test("cuts what a backend that left still has after its pool's deadline, and counts both", async () => {
    const [b1, b2] = [await backend("b1"), await backend("b2")];
    const pool = { drain: { deadline: "3s" } };
    const balancer = await started({ backends: [b1.config], pool });
    const asked = [...Array(12).fill("/?tookMs=1200"), ...Array(12).fill("/?tookMs=60000")];
    const outcomes = asked.map((path: string) => get(path));
    await vi.waitUntil(() => b1.working === 24, { timeout: 5_000 });
    const from = performance.now();
    await balancer.apply(documentOf({ backends: [b2.config], pool }), "test");
    const { data } = await vi.waitUntil(() => told.find(({ type }) => type === "backend.drained"), {
      timeout: 9_000,
    });
    expect(performance.now() - from).toBeGreaterThanOrEqual(2_999);
    expect(data).toMatchObject({ backend: "b1", completed: 12, cut: 12 });
    const answered = await Promise.all(outcomes);
    expect(answered.filter((text) => text === "b1")).toHaveLength(12);
    expect(answered.filter((text) => text.includes("backend-drained"))).toHaveLength(12);
  });

  test(
    "gives a newcomer its keys although another one's check is still waited for",
    { timeout: 60_000 },
    async () => {
      const [b1, b2] = [await backend("b1"), await backend("b2")];
      const silent = createServer().listen(0, "127.0.0.1");
      await once(silent, "listening");
      const b3 = { id: "b3", address: "127.0.0.1", port: (silent.address() as AddressInfo).port };
      const pool = {
        policy: "maglev",
        hashing: { key: { from: "path" } },
        healthCheck: { type: "http", interval: "4s", timeout: "4s" },
      };
      const balancer = await started({ backends: [b1.config], pool });
      const from = told.length;
      const applied = balancer
        .apply(documentOf({ backends: [b1.config, b2.config, b3], pool }), "test")
        .then(() => "applied");
      await vi.waitUntil(() => typesSince(from).includes("config.applied"), { timeout: 10_000 });
      let answered = "";
      for (let key = 0; answered !== "b2" && answered !== "applied"; key += 1) {
        answered = await Promise.race([applied, get(`/${key}`)]);
      }
      expect(answered).toBe("b2");
      expect(await applied).toBe("applied");
      silent.close();
    },
  );

  test("that gives a name to another address makes it another backend", async () => {
    const [b1, b2] = [await backend("b1"), await backend("b2")];
    const balancer = await started({ backends: [b1.config] });
    const before = balancer.pools[0]?.backends[0];
    await balancer.apply(documentOf({ backends: [{ ...b2.config, id: "b1" }] }), "test");
    expect(balancer.pools[0]?.backends[0]).not.toBe(before);
    expect(await get()).toBe("b2");
  });
});

describe("a hundred changes under load", () => {
  test(
    "lose no request, and each is followed by the distribution",
    { timeout: 60_000 },
    async () => {
      const all = [await backend("b1"), await backend("b2"), await backend("b3")];
      const configs = all.map(({ config }) => config);
      const [b1, b2, b3] = configs;
      const policies = { policy: "weighted-round-robin" };
      const balancer = await started({ backends: configs, pool: policies });
      const turns = [
        { backends: [b1, b2], share: [1, 1] },
        { backends: [{ ...b1, weight: 3 }, b2, b3], share: [3, 1, 1] },
        { backends: [b3], share: [1] },
        { backends: [b2, { ...b3, weight: 2 }], share: [1, 2] },
      ];
      await using clients = new SteadyClients(port);
      for (let turn = 0; turn < 100; turn += 1) {
        const { backends, share } = turns[turn % turns.length] ?? { backends: [], share: [] };
        await balancer.apply(
          documentOf({ backends: backends.map((one) => ({ ...one })), pool: policies }),
          "test",
        );
        const members = balancer.pools[0]?.backends ?? [];
        const before = members.map(({ sent }) => sent);
        const sum = share.reduce((total, weight) => total + weight, 0);
        await vi.waitUntil(
          () =>
            members.reduce((total, { sent }, at) => total + sent - (before[at] ?? 0), 0) >= 4 * sum,
          { timeout: 20_000, interval: 1 },
        );
        const taken = members.map(({ sent }, at) => sent - (before[at] ?? 0));
        const total = taken.reduce((one, other) => one + other, 0);
        // Smooth weighted round robin is off by at most about one turn at any moment.
        const off = taken.map((count, at) => Math.abs(count - (total * (share[at] ?? 0)) / sum));
        expect(Math.max(...off), `turn ${turn}: ${taken.join(" ")}`).toBeLessThanOrEqual(1.5);
      }
      await clients.stop();
      expect(clients.failures).toEqual([]);
      expect(clients.served).toBeGreaterThan(1_000);
    },
  );
});

describe("listeners", () => {
  test("another name or pool on the same place takes the socket over without a refused connection", async () => {
    const [b1, b2] = [await backend("b1"), await backend("b2")];
    const balancer = await started({ backends: [b1.config] });
    await using clients = new SteadyClients(port);
    const pools = [
      { id: "app", backends: [b1.config] },
      { id: "other", backends: [b2.config] },
    ];
    for (let turn = 0; turn < 20; turn += 1) {
      const id = `web-${turn % 3}`;
      const pool = turn % 2 === 0 ? "other" : "app";
      const listeners = [{ id, protocol: "http", address: "127.0.0.1", port, pool }];
      const before = clients.served;
      await balancer.apply(documentOf({ backends: [], more: { listeners, pools } }), "test");
      expect(await get()).toBe(pool === "app" ? "b1" : "b2");
      await vi.waitUntil(() => clients.served > before + 20, { timeout: 10_000 });
    }
    await clients.stop();
    expect(clients.failures).toEqual([]);
  });

  test("another protocol on the same place loses nobody either", async () => {
    const b1 = await backend("b1");
    const balancer = await started({ backends: [b1.config] });
    await using clients = new SteadyClients(port);
    for (let turn = 0; turn < 20; turn += 1) {
      const protocol = turn % 2 === 0 ? "tcp" : "http";
      const before = clients.served;
      await balancer.apply(documentOf({ backends: [b1.config], listener: { protocol } }), "test");
      await vi.waitUntil(() => clients.served > before + 20, { timeout: 10_000 });
    }
    await clients.stop();
    expect(clients.failures).toEqual([]);
  });

  test("a new one accepts, and one that went refuses", async () => {
    const b1 = await backend("b1");
    const balancer = await started({ backends: [b1.config] });
    const second = await freePort();
    await balancer.apply(documentOf({ backends: [b1.config], listener: { port: second } }), "test");
    expect(await get("/", second)).toBe("b1");
    await expect(get("/", port)).rejects.toThrow(/fetch failed/);
  });
});

describe("what is refused leaves everything as it was", () => {
  const unchanged = async (balancer: LoadBalancer, document: unknown, message: RegExp) => {
    const { config, written } = balancer;
    const from = told.length;
    await expect(balancer.apply(document, "test")).rejects.toThrow(message);
    expect(balancer.config).toBe(config);
    expect(balancer.written).toBe(written);
    expect(await get()).toBe("b1");
    expect(typesSince(from)).toEqual([]);
  };

  test("a document with problems, all of which are named", async () => {
    const b1 = await backend("b1");
    const balancer = await started({ backends: [b1.config] });
    const wrong = documentOf({ backends: [{ ...b1.config, port: 0 }], pool: { policy: "best" } });
    await unchanged(balancer, wrong, /backends\[0\]\.port[^]*policy|policy[^]*backends\[0\]\.port/);
  });

  test("a listener whose port is taken, although another part of the document is fine", async () => {
    const [b1, b2] = [await backend("b1"), await backend("b2")];
    const occupier = createServer().listen(0, "127.0.0.1");
    await once(occupier, "listening");
    const { port: taken } = occupier.address() as AddressInfo;
    const balancer = await started({ backends: [b1.config] });
    const listeners = [
      { id: "web", protocol: "http", address: "127.0.0.1", port, pool: "app" },
      { id: "more", protocol: "http", address: "127.0.0.1", port: taken, pool: "app" },
    ];
    await unchanged(
      balancer,
      documentOf({ backends: [b2.config], more: { listeners } }),
      /choose another port/,
    );
    occupier.close();
  });

  test("what only a new process can change, with the way to do it", async () => {
    const b1 = await backend("b1");
    const balancer = await started({ backends: [b1.config] });
    const moved = documentOf({
      backends: [b1.config],
      more: { admin: { socket: join(directory, "other.sock") } },
    });
    await unchanged(balancer, moved, /admin: cannot change while the balancer runs.*SIGUSR2/);
  });

  test("a dry run of a good document, which says what it would change", async () => {
    const [b1, b2] = [await backend("b1"), await backend("b2")];
    const balancer = await started({ backends: [b1.config] });
    const { config } = balancer;
    const changes = balancer.dryRun(documentOf({ backends: [b1.config, b2.config] }));
    expect(changes.backends.added).toEqual(["app/b2"]);
    expect(balancer.config).toBe(config);
    expect(await answers(2)).toBe("b1 b1");
  });
});

test("a kept connection follows a change with its next request", async () => {
  const [b1, b2] = [await backend("b1"), await backend("b2")];
  const balancer = await started({ backends: [b1.config] });
  const socket = connect(port, "127.0.0.1");
  disposables.push({ [Symbol.asyncDispose]: async () => void socket.destroy() });
  let received = "";
  socket.setEncoding("latin1").on("data", (text: string) => (received += text));
  const ask = async (name: string) => {
    received = "";
    socket.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
    await vi.waitUntil(() => received.endsWith(name));
  };
  await ask("b1");
  await balancer.apply(documentOf({ backends: [b2.config] }), "test");
  await ask("b2");
});

test("a policy can be replaced under load", async () => {
  const [b1, b2] = [await backend("b1"), await backend("b2")];
  const backends = [b1.config, b2.config];
  const balancer = await started({ backends });
  await using clients = new SteadyClients(port);
  for (const policy of [
    "maglev",
    "least-connections",
    "bounded-loads",
    "peak-ewma",
    "round-robin",
  ]) {
    const before = clients.served;
    await balancer.apply(documentOf({ backends, pool: { policy } }), "test");
    await vi.waitUntil(() => clients.served > before + 20, { timeout: 10_000 });
  }
  await clients.stop();
  expect(clients.failures).toEqual([]);
  await vi.waitUntil(() => balancer.pools[0]?.backends.every(({ inFlight }) => inFlight === 0));
});
