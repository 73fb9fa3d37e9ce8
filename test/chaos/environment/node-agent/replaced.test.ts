import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { freePort } from "../../../balancer/backend-server.ts";
import { StartedAgent } from "./started-agent.ts";

const BALANCER = join(import.meta.dirname, "../../../../balancer/main.ts");

// Two programs start, one after the other.
vi.setConfig({ testTimeout: 30_000 });

let directory = "";
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "evenkeel-replaced-"))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A node whose balancer has restarted, and the file that is written when the balancer has ended. */
async function restarted() {
  const [config, socket, file] = ["balancer.json", "admin.sock", "track"].map((name) =>
    join(directory, name),
  ) as [string, string, string];
  writeFileSync(
    config,
    JSON.stringify({
      listeners: [
        { id: "web", protocol: "http", address: "127.0.0.1", port: await freePort(), pool: "app" },
      ],
      pools: [{ id: "app", backends: [] }],
      admin: { socket },
    }),
  );
  const agent = await StartedAgent.ready({
    processes: [
      {
        name: "balancer",
        argv: [process.execPath, BALANCER, "--config", config],
        readiness: { kind: "http-socket", socket, path: "/readyz", status: 200, deadlineMs: 8_000 },
        onExit: { kind: "write-file", path: file, content: "1\n" },
      },
    ],
  });
  const first = Number((await agent.event("process.started", "balancer")).data["pid"]);
  process.kill(first, "SIGUSR2");
  const { data } = await agent.event("process.replaced", "balancer");
  return { agent, file, pid: Number(data["pid"]) };
}

test("a balancer that restarts has not ended: nothing is written, and a stop reaches who serves", async () => {
  const { agent, file } = await restarted();
  await agent.event("balancer.stopped");
  expect(existsSync(file)).toBe(false);
  agent.kill("SIGTERM");
  expect(await agent.exited).toBe(0);
  const reasons = agent.events
    .filter(({ type }) => type === "balancer.stopped")
    .map(({ data }) => data["reason"]);
  expect(reasons).toEqual(["replaced", "SIGTERM"]);
  const ends = agent.events.filter(({ type }) => type === "process.exited");
  expect(ends.map(({ data }) => data["name"])).toEqual(["balancer"]);
});

test("the end of the process that took over is noticed, and acted upon", async () => {
  const { agent, file, pid } = await restarted();
  process.kill(pid, "SIGKILL");
  const { data } = await agent.event("process.exited", "balancer");
  expect(data).toEqual({ name: "balancer", code: null, signal: null });
  await vi.waitUntil(() => existsSync(file));
  await agent[Symbol.asyncDispose]();
});
