import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepalivedArgv, keepalivedConfig } from "../../../balancer/failover/keepalived-config.ts";
import type { EventLine } from "../../../balancer/telemetry/event.ts";

const MAIN = join(import.meta.dirname, "../../../balancer/main.ts");
const RUN = "/run/evenkeel";
const PATIENCE = { timeout: 10_000, interval: 5 };

let directory = "";
let node: ChildProcess;
let output = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "evenkeel-vrrp-"));
  output = "";
});
afterEach(async () => {
  if (node.exitCode === null && node.signalCode === null) {
    const closed = once(node, "close");
    node.kill("SIGKILL");
    await closed;
  }
  rmSync(directory, { recursive: true, force: true });
});

const events = (): EventLine[] =>
  output
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as EventLine);
const lifeOf = () =>
  events()
    .map((event) => event.type)
    .filter((type) => /^(vrrp|balancer)\./.test(type));

/** A node of its own namespaces: the balancer, and beside it a keepalived that ends with it. */
function startNode(): void {
  const balancer = join(directory, "balancer.json");
  const keepalived = join(directory, "keepalived.conf");
  const failover = { trackFile: `${RUN}/vrrp.track`, notifyFifo: `${RUN}/vrrp.fifo` };
  writeFileSync(
    balancer,
    JSON.stringify({
      listeners: [{ id: "web", protocol: "http", port: 80, pool: "app" }],
      pools: [{ id: "app", backends: [] }],
      failover,
    }),
  );
  const text = keepalivedConfig({
    nodeId: "lb1",
    priority: 250,
    address: "198.18.7.10",
    peers: ["198.18.7.11"],
    virtualAddress: { address: "198.18.7.5", prefixLength: 24 },
    advertIntervalMs: 50,
    routerId: 51,
    preempt: false,
    ...failover,
  });
  writeFileSync(keepalived, text.replaceAll("{{interface}}", "eth0"));
  const script = [
    `mount -t tmpfs tmpfs /run && mkdir ${RUN} && mkfifo ${failover.notifyFifo}`,
    "ip link set lo up && ip link add eth0 type veth peer name peer0",
    "ip address add 198.18.7.10/24 dev eth0 && ip link set peer0 up && ip link set eth0 up",
    `setpriv --pdeathsig TERM ${keepalivedArgv(keepalived).join(" ")} >&2 &`,
    `exec ${process.execPath} ${MAIN} --config ${balancer}`,
  ].join("\n");
  node = spawn("unshare", ["--user", "--map-root-user", "--net", "--mount", "sh", "-ec", script], {
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` },
  });
  node.stdout?.on("data", (chunk) => (output += String(chunk)));
}

test("the real keepalived takes the address once the balancer is ready, and gives it away before the drain", async () => {
  startNode();
  await vi.waitUntil(() => lifeOf().includes("vrrp.master"), PATIENCE);
  expect(lifeOf().filter((type) => type.startsWith("vrrp"))).toEqual([
    "vrrp.fault",
    "vrrp.backup",
    "vrrp.master",
  ]);
  const closed = once(node, "close");
  node.kill("SIGTERM");
  await closed;
  expect(node.exitCode).toBe(0);
  expect(lifeOf().slice(-3)).toEqual(["vrrp.fault", "balancer.draining", "balancer.stopped"]);
});
