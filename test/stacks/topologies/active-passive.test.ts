import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../balancer/index.ts";
import { Algorithm } from "../../../stacks/constructs/algorithm.ts";
import { Duration } from "../../../stacks/constructs/duration.ts";
import { HealthCheck } from "../../../stacks/constructs/health-check.ts";
import { ServiceTime } from "../../../stacks/constructs/service-time.ts";
import { activePassive } from "../../../stacks/topologies/active-passive.ts";
import { nodeOf, parseTopology } from "../../../stacks/topology.ts";
import type { Topology, TopologyNode } from "../../../stacks/topology.ts";
import { ALL_RULES } from "../../../stacks/validations/all-rules.ts";

function contentOf(node: TopologyNode, path: string): string {
  const file = node.files.find((one) => one.path === path);
  if (file?.kind !== "file") throw new Error(`${node.id} has no file ${path}`);
  return file.content;
}

const balancerConfig = (topology: Topology, id: string) =>
  parseConfig(JSON.parse(contentOf(nodeOf(topology, id), "/run/evenkeel/balancer.json")));
const addresses = (topology: Topology) =>
  Object.fromEntries(topology.nodes.map(({ id, address }) => [id, address]));
const argvOf = (topology: Topology, id: string) =>
  nodeOf(topology, id).processes.map(({ argv }) => argv.join(" "));

describe("the active-passive topology", () => {
  const { topology, pair, pool, store, faults, client } = activePassive();

  test("has its nodes at their addresses", () => {
    expect(addresses(topology)).toEqual({
      "lb-a": "198.18.7.11",
      "lb-b": "198.18.7.12",
      "app-1": "198.18.7.21",
      "app-2": "198.18.7.22",
      "app-3": "198.18.7.23",
      store: "198.18.7.31",
      faults: "198.18.7.41",
      client: "198.18.7.51",
    });
    expect(topology.virtualAddress).toEqual({
      address: "198.18.7.10",
      owners: [
        { node: "lb-a", priority: 250 },
        { node: "lb-b", priority: 240 },
      ],
      vrrp: { routerId: 51, advertIntervalMs: 100, preempt: false },
    });
  });

  test("is addressed by its parts", () => {
    expect(pair.first).toEqual({ id: "lb-a", address: "198.18.7.11" });
    expect(pair.second.id).toBe("lb-b");
    expect(pair.virtualIp.address).toBe("198.18.7.10");
    expect(pool.nodes.map(({ id }) => id)).toEqual(["app-1", "app-2", "app-3"]);
    expect([store.id, faults.id, client.id]).toEqual(["store", "faults", "client"]);
    expect(pool.sessionFaults?.id).toBe("app--store");
  });

  test("reaches its store through a fault point, and everything else directly", () => {
    expect(topology.links).toEqual([
      {
        id: "app--store",
        from: "app",
        to: "store",
        port: 6379,
        via: { node: "faults", listenPort: 9001 },
      },
      { id: "lb--app", from: "lb", to: "app", port: 8080 },
      { id: "client--lb", from: "client", to: "lb", port: 8080 },
    ]);
    const proxies: unknown = JSON.parse(
      contentOf(nodeOf(topology, "faults"), "/run/evenkeel/toxiproxy.json"),
    );
    expect(proxies).toEqual([
      { name: "app--store", listen: "0.0.0.0:9001", upstream: "198.18.7.31:6379", enabled: true },
    ]);
    expect(argvOf(topology, "app-1")[0]).toContain("--redis=198.18.7.41:9001");
  });

  test("checks its backends with their store, often, unless told otherwise", () => {
    expect(topology.pools[0]?.healthCheck).toEqual({
      type: "http",
      path: "/healthz?deep",
      intervalMs: 300,
      timeoutMs: 200,
      rise: 2,
      fall: 3,
      jitter: 0.1,
    });
    const other = activePassive({ healthCheck: HealthCheck.tcp() }).topology;
    expect(other.pools[0]?.healthCheck).toMatchObject({ type: "tcp", intervalMs: 2_000 });
  });

  test("starts keepalived beside the balancer on both balancers, and stops it after it", () => {
    for (const id of ["lb-a", "lb-b"]) {
      const node = nodeOf(topology, id);
      expect(node.processes.map(({ name }) => name)).toEqual(["balancer", "keepalived"]);
      expect(node.processes[1]?.waitsFor).toEqual([]);
      expect(node.stopOrder).toEqual(["balancer", "keepalived"]);
      expect(node.capabilities).toEqual(["CAP_NET_ADMIN", "CAP_NET_RAW"]);
      expect(node.observe).toEqual(["addresses", "adverts"]);
      expect(node.files.find(({ kind }) => kind === "fifo")?.path).toBe("/run/evenkeel/vrrp.fifo");
      const [balancer, keepalived] = node.processes;
      expect(balancer?.argv).toEqual([
        "evenkeel-balancer",
        "--config",
        "/run/evenkeel/balancer.json",
      ]);
      expect(balancer?.onExit).toEqual({
        kind: "write-file",
        path: "/run/evenkeel/vrrp.track",
        content: "1",
      });
      expect(keepalived?.onExit).toEqual({ kind: "remove-address", address: "198.18.7.10" });
      expect(keepalived?.env).toEqual({ TMPDIR: "/run/evenkeel" });
    }
  });

  test("needs no privilege outside its balancers", () => {
    const others = topology.nodes.filter(({ role }) => role !== "balancer");
    expect(others.flatMap(({ capabilities }) => capabilities)).toEqual([]);
  });

  test("waits for every process, and for the client to be answered", () => {
    const deadlines = topology.nodes
      .flatMap(({ processes }) => processes)
      .map(({ readiness }) => readiness.deadlineMs);
    expect(deadlines).toHaveLength(9);
    expect(new Set(deadlines)).toEqual(new Set([10_000]));
    const reaches = { port: 8080, path: "/", deadlineMs: 10_000 };
    // Each balancer by itself, so that the peer is known to serve before it has to.
    expect(nodeOf(topology, "client").reaches).toEqual([
      { address: "198.18.7.11", ...reaches },
      { address: "198.18.7.12", ...reaches },
      { address: "198.18.7.10", ...reaches },
    ]);
    expect(nodeOf(topology, "client").observe).toEqual(["neighbours"]);
  });

  test("configures balancers that balancers accept", () => {
    const config = balancerConfig(topology, "lb-b");
    expect(config.listeners).toMatchObject([
      { id: "web", protocol: "http", port: 8080, pool: "app", address: "0.0.0.0" },
    ]);
    expect(config.pools[0]?.backends.map(({ address, port }) => `${address}:${port}`)).toEqual([
      "198.18.7.21:8080",
      "198.18.7.22:8080",
      "198.18.7.23:8080",
    ]);
    expect(config.failover).toEqual({
      trackFile: "/run/evenkeel/vrrp.track",
      notifyFifo: "/run/evenkeel/vrrp.fifo",
    });
    expect(config.telemetry.accessLog).toBe("/run/evenkeel/log/access.ndjson");
  });

  test("configures keepalived as keepalived accepts it", () => {
    const folder = mkdtempSync("/tmp/evenkeel-");
    try {
      for (const { id } of pair.nodes) {
        const content = contentOf(nodeOf(topology, id), "/run/evenkeel/keepalived.conf");
        expect(content).toContain("{{interface}}");
        const path = join(folder, `${id}.conf`);
        writeFileSync(path, content.replaceAll("{{interface}}", "eth0"));
        expect(() => execFileSync("keepalived", ["-t", "-f", path])).not.toThrow();
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("lets each balancer finish what it has open, and passes it on, for as long as that may take", () => {
    for (const [id, peer] of [
      ["lb-a", "198.18.7.12"],
      ["lb-b", "198.18.7.11"],
    ] as const) {
      const node = nodeOf(topology, id);
      expect(node.loopbackAddresses).toEqual(["198.18.7.10/32"]);
      expect(node.sysctls).toEqual({
        "net.ipv4.conf.all.arp_ignore": "1",
        "net.ipv4.conf.all.arp_announce": "2",
      });
      expect(node.packetFilters).toEqual(["/run/evenkeel/handover.nft"]);
      const rules = contentOf(node, "/run/evenkeel/handover.nft");
      expect(rules).toContain(`dup to ${peer} device "{{interface}}" drop`);
      expect(rules).toContain("ip daddr 198.18.7.10 ");
      // A second of lame duck, ten of drain, five to spare.
      expect(rules).toContain("timeout 16s");
      expect(balancerConfig(topology, id).timeouts.lameDuck).toBe(1_000);
    }
  });

  test("survives the way through JSON", () => {
    expect(parseTopology(JSON.parse(JSON.stringify(topology)), ALL_RULES)).toEqual(topology);
  });

  test("leaves no folder behind for having been declared", () => {
    const before = existsSync("cdktf.out");
    activePassive({ id: "another" });
    expect(existsSync("cdktf.out")).toBe(before);
  });
});

describe("the options of the active-passive topology", () => {
  test("reach the balancers and the manifest alike", () => {
    const { topology } = activePassive({
      id: "tuned",
      subnet: "198.19.1.0/24",
      count: 2,
      workers: 1,
      queue: 5,
      service: ServiceTime.constant(Duration.millis(50)),
      algorithm: Algorithm.leastConnections(),
      healthCheck: HealthCheck.http({
        path: "/healthz?deep",
        interval: Duration.millis(200),
        timeout: Duration.millis(100),
        fall: 2,
        jitter: 0,
      }),
      hold: { duration: Duration.seconds(5), minimumBackends: 2 },
      retryAttempts: 0,
      advertInterval: Duration.millis(200),
      priorities: [100, 200],
      preempt: true,
      timeouts: { drain: Duration.seconds(3) },
    });
    expect(topology.id).toBe("tuned");
    expect(topology.pools).toEqual([
      {
        id: "app",
        policy: "least-connections",
        healthCheck: {
          type: "http",
          path: "/healthz?deep",
          intervalMs: 200,
          timeoutMs: 100,
          rise: 2,
          fall: 2,
          jitter: 0,
        },
        holdMs: 5_000,
        retryAttempts: 0,
        backends: ["app-1", "app-2"],
      },
    ]);
    expect(topology.virtualAddress).toEqual({
      address: "198.19.1.10",
      owners: [
        { node: "lb-b", priority: 200 },
        { node: "lb-a", priority: 100 },
      ],
      vrrp: { routerId: 51, advertIntervalMs: 200, preempt: true },
    });
    const config = balancerConfig(topology, "lb-a");
    expect(config.timeouts.drain).toBe(3_000);
    expect(config.pools[0]).toMatchObject({
      policy: "least-connections",
      hold: { enabled: true, duration: 5_000, minimumBackends: 2 },
      retry: { attempts: 0 },
    });
    expect(argvOf(topology, "app-2")[0]).toBe(
      "evenkeel-backend --port=8080 --workers=1 --queue=5 --seed=2 " +
        "--log=/run/evenkeel/log/requests.ndjson --control=/run/evenkeel/backend.sock " +
        "--service=constant:50 --redis=198.19.1.41:9001",
    );
  });

  test("without failover fix the address on the first balancer and run no keepalived", () => {
    const { topology, pair } = activePassive({ failover: "none" });
    expect(topology.virtualAddress).toBeUndefined();
    expect(nodeOf(topology, pair.first.id).extraAddresses).toEqual(["198.18.7.10/24"]);
    expect(nodeOf(topology, pair.second.id).extraAddresses).toEqual([]);
    for (const { id } of pair.nodes) {
      expect(argvOf(topology, id)).toEqual([
        "evenkeel-balancer --config /run/evenkeel/balancer.json",
      ]);
      // The one that has it adds it to its interface, in a container too.
      expect(nodeOf(topology, id).capabilities).toEqual(id === "lb-a" ? ["CAP_NET_ADMIN"] : []);
      expect(nodeOf(topology, id).observe).toEqual(["addresses"]);
      expect(balancerConfig(topology, id).failover).toBeUndefined();
    }
    expect(nodeOf(topology, "client").reaches.at(-1)?.address).toBe("198.18.7.10");
  });

  test("with a plain handover leave the node as keepalived alone wants it", () => {
    const { topology, pair } = activePassive({ handover: "plain" });
    for (const { id } of pair.nodes) {
      const node = nodeOf(topology, id);
      expect(node.loopbackAddresses).toBeUndefined();
      expect(node.packetFilters).toBeUndefined();
      expect(node.sysctls).toEqual({});
      expect(node.files.map(({ path }) => path)).not.toContain("/run/evenkeel/handover.nft");
      expect(balancerConfig(topology, id).timeouts.lameDuck).toBe(0);
    }
  });

  test("stretch the handover to the time that balancers are given to finish", () => {
    const timeouts = { lameDuck: Duration.seconds(2), drain: Duration.seconds(30) };
    const { topology } = activePassive({ timeouts });
    const rules = contentOf(nodeOf(topology, "lb-a"), "/run/evenkeel/handover.nft");
    expect(rules).toContain("timeout 37s");
    expect(balancerConfig(topology, "lb-a").timeouts.lameDuck).toBe(2_000);
  });

  test("without checks or hold leave them out of the manifest", () => {
    const { topology } = activePassive({
      healthCheck: HealthCheck.none(),
      hold: { enabled: false },
    });
    expect(topology.pools[0]).toEqual({
      id: "app",
      policy: "round-robin",
      retryAttempts: 1,
      backends: ["app-1", "app-2", "app-3"],
    });
  });

  test("with fault points in front of the backends give each one of its own", () => {
    const { topology, listener } = activePassive({ backendFaultPoints: true });
    expect([...listener.faultPoints.values()].map(({ id }) => id)).toEqual([
      "lb--app-1",
      "lb--app-2",
      "lb--app-3",
    ]);
    const ports = balancerConfig(topology, "lb-a").pools[0]?.backends.map(
      ({ address, port }) => `${address}:${port}`,
    );
    expect(ports).toEqual(["198.18.7.41:9002", "198.18.7.41:9003", "198.18.7.41:9004"]);
  });
});
