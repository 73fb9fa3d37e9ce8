import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freePort } from "../../balancer/backend-server.ts";
import { planFor, runPlan } from "../../chaos/measurement/prober/started-prober.ts";
import { startBackend } from "./programs.ts";

const MAIN = join(import.meta.dirname, "../../../balancer/main.ts");

/** A balancer before one backend, with timeouts far shorter than a stream lasts. */
async function balancerBefore(backendPort: number) {
  const directory = mkdtempSync(join(tmpdir(), "evenkeel-streams-"));
  const port = await freePort();
  const config = join(directory, "balancer.json");
  writeFileSync(
    config,
    JSON.stringify({
      listeners: [{ id: "web", protocol: "http", address: "127.0.0.1", port, pool: "app" }],
      pools: [{ id: "app", backends: [{ id: "app-1", address: "127.0.0.1", port: backendPort }] }],
      timeouts: {
        requestHeader: "300ms",
        requestBody: "300ms",
        response: "300ms",
        idle: "300ms",
        upstreamIdle: "300ms",
      },
      admin: { socket: join(directory, "admin.sock") },
    }),
  );
  const process_ = spawn(process.execPath, [MAIN, "--config", config], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await readyOf(process_);
  return {
    port,
    async [Symbol.asyncDispose]() {
      process_.kill("SIGKILL");
      await once(process_, "exit");
      rmSync(directory, { recursive: true });
    },
  };
}

async function readyOf(process_: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  process_.once("exit", (code) => reject(new Error(`The balancer ended with ${String(code)}.`)));
  let output = "";
  process_.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
    if (output.includes('"balancer.ready"')) resolve();
  });
  await promise;
}

test("a stream passes a balancer line by line, and lives longer than its timeouts", async () => {
  await using backend = await startBackend();
  await using balancer = await balancerBefore(backend.port);
  // Lines that were gathered on the way would be silence for longer than the total timeout.
  const plan = planFor(balancer.port, {
    path: "/stream",
    traffic: { kind: "long-lived", connections: 5, everyMs: 50 },
    ratePerSecond: 100,
    connectTimeoutMs: 300,
    totalTimeoutMs: 300,
    maxDurationMs: 1_000,
    expectNodes: ["app-1"],
  });
  const { records } = await runPlan(plan);
  expect(records.map(({ outcome }) => outcome)).toEqual(["ok", "ok", "ok", "ok", "ok"]);
  for (const { lines = 0, balancer: passed } of records) {
    expect(passed).not.toBeNull();
    // One at once and one in each 50 ms.
    expect(lines).toBeGreaterThanOrEqual(10);
    expect(lines).toBeLessThanOrEqual(23);
  }
}, 30_000);
