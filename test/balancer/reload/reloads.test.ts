import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { parseConfig } from "../../../balancer/config.ts";
import { LoadBalancer } from "../../../balancer/load-balancer.ts";
import { BackendServer, freePort } from "../backend-server.ts";

let directory = "";
const servers: BackendServer[] = [];
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "evenkeel-reloads-"));
  for (const name of ["b1", "b2", "b3"]) servers.push(await BackendServer.start(name));
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.kill();
  rmSync(directory, { recursive: true, force: true });
});

test.each([
  ["with checks", { healthCheck: { type: "http", interval: "10s", timeout: "10s" } }],
  ["without checks", {}],
])(
  "backends found at the start have no slow start, and those found later do: %s",
  async (_, checks) => {
    const list = join(directory, "backends.json");
    const found = (...members: readonly BackendServer[]) => {
      writeFileSync(`${list}.new`, JSON.stringify(members.map(({ config }) => config)));
      renameSync(`${list}.new`, list);
    };
    const [b1, b2, b3] = servers as [BackendServer, BackendServer, BackendServer];
    const slow: unknown[] = [];
    const config = parseConfig({
      listeners: [
        { id: "web", protocol: "http", address: "127.0.0.1", port: await freePort(), pool: "app" },
      ],
      pools: [
        {
          id: "app",
          backends: [b1.config],
          discovery: { type: "file", path: list },
          slowStart: { window: "1h" },
          ...checks,
        },
      ],
      admin: { socket: join(directory, "admin.sock") },
    });
    found(b2);
    await using balancer = LoadBalancer.create(config, {
      nodeId: "lb1",
      emit: (type, data) => {
        if (type === "slow-start.begin") slow.push(data["backend"]);
      },
      warn: (message) => expect.unreachable(message),
      now: () => performance.now(),
      random: () => 0,
    });
    await balancer.start();
    const pool = balancer.pools[0];
    expect(pool?.backends.map((backend) => [backend.id, pool.isRamping(backend)])).toEqual([
      ["b1", false],
      ["b2", false],
    ]);
    expect(slow).toEqual([]);
    found(b2, b3);
    await vi.waitUntil(() => slow.length > 0, { timeout: 8_000 });
    expect(slow).toEqual(["b3"]);
  },
);
