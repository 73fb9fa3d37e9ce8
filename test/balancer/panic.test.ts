import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { parseConfig } from "../../balancer/config.ts";
import { LoadBalancer } from "../../balancer/load-balancer.ts";
import { BackendServer, freePort } from "./backend-server.ts";

test("a balancer whose checks all fail serves nevertheless where that is wanted, and says so", async () => {
  const directory = mkdtempSync(join(tmpdir(), "evenkeel-panic-"));
  const accessLog = join(directory, "access.ndjson");
  const servers = await Promise.all(["b1", "b2", "b3"].map((name) => BackendServer.start(name)));
  const port = await freePort();
  const told: string[] = [];
  const warnings: string[] = [];
  const config = parseConfig({
    listeners: [{ id: "web", protocol: "http", address: "127.0.0.1", port, pool: "app" }],
    pools: [
      {
        id: "app",
        backends: servers.map((server) => server.config),
        // They answer 200 to everything: the check is what is wrong.
        healthCheck: { type: "http", interval: "50ms", timeout: "50ms", expectedStatus: [204] },
        panicThreshold: 0.5,
      },
    ],
    admin: { socket: join(directory, "admin.sock") },
    telemetry: { accessLog },
  });
  {
    await using balancer = LoadBalancer.create(config, {
      nodeId: "lb1",
      emit: (type) => told.push(type),
      warn: (message) => warnings.push(message),
      now: () => performance.now(),
      random: () => 0,
    });
    await balancer.start();
    await vi.waitUntil(() => told.includes("pool.panic"), { timeout: 10_000 });
    await vi.waitUntil(
      () => balancer.pools[0]?.backends.every(({ pickable }) => pickable) === true,
      {
        timeout: 10_000,
      },
    );
    const answers: string[] = [];
    for (let request = 0; request < 6; request += 1) {
      const response = await fetch(`http://127.0.0.1:${port}/`, {
        headers: { connection: "close" },
      });
      answers.push(await response.text());
    }
    expect(answers.toSorted()).toEqual(["b1", "b1", "b2", "b2", "b3", "b3"]);
  }
  expect(warnings.filter((message) => message.includes("is in panic"))).toHaveLength(1);
  const lines = readFileSync(accessLog, "utf8").trim().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { panic?: true }).panic)).toEqual(
    Array(6).fill(true),
  );
  await Promise.all(servers.map((server) => server.kill()));
  rmSync(directory, { recursive: true, force: true });
});
