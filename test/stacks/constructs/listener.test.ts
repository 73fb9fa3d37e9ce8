import { describe, expect, test } from "vitest";
import { InvalidDocument, parseConfig } from "../../../balancer/index.ts";
import { declaringApp } from "../../../stacks/cdk.ts";
import { Algorithm } from "../../../stacks/constructs/algorithm.ts";
import { BackendPool } from "../../../stacks/constructs/backend-pool.ts";
import { Balancer } from "../../../stacks/constructs/balancer.ts";
import { Client } from "../../../stacks/constructs/client.ts";
import { Duration } from "../../../stacks/constructs/duration.ts";
import { FaultProxy } from "../../../stacks/constructs/fault-proxy.ts";
import { HashKey } from "../../../stacks/constructs/hash-key.ts";
import { ListenerAction } from "../../../stacks/constructs/listener-action.ts";
import { TopologyStack } from "../../../stacks/constructs/topology-stack.ts";
import { VirtualIp } from "../../../stacks/constructs/virtual-ip.ts";
import { nodeOf } from "../../../stacks/topology.ts";

function balancer() {
  const stack = new TopologyStack(declaringApp(), "shop");
  return { stack, lb: new Balancer(stack, "lb") };
}

function problemsOf(stack: TopologyStack): string[] {
  try {
    stack.toTopology();
    return [];
  } catch (error) {
    if (!(error instanceof InvalidDocument)) throw error;
    return error.problems.map(({ path, message }) => `${path} ${message}`);
  }
}

/** The configuration of the balancer, as it reads it. */
function configOf(stack: TopologyStack) {
  const file = nodeOf(stack.toTopology(), "lb").files[0];
  if (file?.kind !== "file") throw new Error("The balancer has no configuration.");
  return parseConfig(JSON.parse(file.content));
}

describe("a listener", () => {
  test("serves from targets that are made for it", () => {
    const { stack, lb } = balancer();
    const pool = lb.addListener("web").addTargets("app", { count: 2 });
    expect(pool).toBeInstanceOf(BackendPool);
    const topology = stack.toTopology();
    expect(topology.listeners).toEqual([
      { id: "web", protocol: "http", port: 8080, pool: "app", group: "lb" },
    ]);
    expect(topology.pools[0]?.backends).toEqual(["app-1", "app-2"]);
    expect(topology.links).toEqual([{ id: "lb--app", from: "lb", to: "app", port: 8080 }]);
  });

  test("makes its targets outside of itself, so that they stay when it goes", () => {
    const { stack, lb } = balancer();
    const pool = lb.addListener("web").addTargets("app");
    expect(pool.node.scope).toBe(stack);
  });

  test("puts its targets behind fault points when they are reached via a fault proxy", () => {
    const { stack, lb } = balancer();
    const via = new FaultProxy(stack, "faults");
    const listener = lb.addListener("web");
    listener.addTargets("app", { count: 2, via });
    expect([...listener.faultPoints.keys()]).toEqual(["app-1", "app-2"]);
    expect(stack.toTopology().links.map(({ id }) => id)).toEqual(["lb--app-1", "lb--app-2"]);
  });

  test("forwards to a pool that exists, as another listener does", () => {
    const { stack, lb } = balancer();
    const pool = lb.addListener("web").addTargets("app");
    lb.addListener("raw", { port: 8081, protocol: "tcp" }).addAction(ListenerAction.forward(pool));
    const topology = stack.toTopology();
    expect(topology.listeners.map((one) => [one.id, one.pool])).toEqual([
      ["web", "app"],
      ["raw", "app"],
    ]);
    expect(topology.pools).toHaveLength(1);
    expect(topology.links).toHaveLength(1);
  });

  test("is refused without anything to serve from", () => {
    const { stack, lb } = balancer();
    lb.addListener("web");
    expect(problemsOf(stack)).toEqual(["listeners.web has nothing to serve from"]);
  });

  test("cannot serve from two pools", () => {
    const { stack, lb } = balancer();
    const listener = lb.addListener("web");
    listener.addTargets("app");
    expect(() => listener.addTargets("other")).toThrow(/serves from app already/);
    // Nothing was declared by the attempt.
    expect(stack.toTopology().nodes.map(({ group }) => group)).not.toContain("other");
  });

  test("cannot reach a pool in another way than its neighbour does", () => {
    const { stack, lb } = balancer();
    const via = new FaultProxy(stack, "faults");
    const pool = lb.addListener("web").addTargets("app", { count: 1 });
    lb.addListener("slow", { port: 8081 }).addAction(ListenerAction.forward(pool, { via }));
    expect(problemsOf(stack)).toEqual([
      "listeners.slow reaches its pool in another way than web does",
    ]);
  });

  test("goes through the fault points that another listener of its pool goes through", () => {
    const { stack, lb } = balancer();
    const via = new FaultProxy(stack, "faults");
    const web = lb.addListener("web");
    const pool = web.addTargets("app", { count: 2, via });
    const raw = lb.addListener("raw", { port: 8081, protocol: "tcp", pool, via });
    expect(raw.faultPoints).toEqual(web.faultPoints);
    const { links } = stack.toTopology();
    expect(links.map(({ id, via: point }) => [id, point?.listenPort])).toEqual([
      ["lb--app-1", 9001],
      ["lb--app-2", 9002],
    ]);
  });

  test("has further settings in its configuration, and in the manifest where they are", () => {
    const { stack, lb } = balancer();
    const configuration = { address: "198.18.7.11", port: 9_000 };
    lb.addListener("web", { configuration }).addTargets("app");
    expect(configOf(stack).listeners).toMatchObject([{ address: "198.18.7.11", port: 9_000 }]);
    expect(stack.toTopology().listeners[0]?.port).toBe(9_000);
  });

  test("is waited for by clients where its configuration puts it", () => {
    const { stack, lb } = balancer();
    const configuration = { port: 9_000, protocol: "tcp" } as const;
    const listener = lb.addListener("web", { port: 8081, configuration });
    listener.addTargets("app");
    new Client(stack, "client", { reaches: [lb] });
    expect(listener).toMatchObject(configuration);
    const topology = stack.toTopology();
    const [target] = nodeOf(topology, "client").reaches;
    expect(target).toMatchObject({ address: lb.address, port: 9_000 });
    // A handshake is all that a tcp listener can be asked for.
    expect(target).not.toHaveProperty("path");
    expect(topology.links.find(({ id }) => id === "client--lb")?.port).toBe(9_000);
  });
});

describe("a pool's settings", () => {
  test("reach the balancer as they were meant", () => {
    const { stack, lb } = balancer();
    lb.addListener("web").addTargets("app", {
      count: 2,
      algorithm: Algorithm.boundedLoads({ key: HashKey.cookie("user"), boundedLoad: 1.5 }),
      weights: [3, 1],
      slowStart: { window: Duration.seconds(20), aggression: 2 },
      drain: { deadline: Duration.seconds(7) },
      configuration: { hotKey: { share: 0.5 } },
      backendConfiguration: (index) => (index === 1 ? { weight: 7 } : {}),
    });
    const [pool] = configOf(stack).pools;
    expect(pool).toMatchObject({
      policy: "bounded-loads",
      hashing: { key: { from: "cookie", name: "user" }, boundedLoad: 1.5 },
      slowStart: { window: 20_000, aggression: 2 },
      drain: { deadline: 7_000 },
      hotKey: { share: 0.5 },
    });
    expect(pool?.backends.map(({ weight }) => weight)).toEqual([3, 7]);
  });

  test("of outlier detection and panic reach it in its own units", () => {
    const { stack, lb } = balancer();
    lb.addListener("web").addTargets("app", {
      outlierDetection: {
        consecutive5xx: 3,
        latency: { factor: 4, minimumDifference: Duration.millis(50) },
        interval: Duration.seconds(2),
        baseEjection: Duration.seconds(4),
        maximumEjection: Duration.minutes(1),
        jitter: Duration.millis(300),
        maximumEjectedShare: 0.25,
      },
      panicThreshold: 0.5,
    });
    lb.addListener("tcp", { protocol: "tcp", port: 8081 }).addTargets("other", {
      outlierDetection: {},
    });
    const [pool, other] = configOf(stack).pools;
    expect(pool?.outlierDetection).toMatchObject({
      ...{ consecutive5xx: 3, consecutiveTimeouts: 3 },
      latency: { factor: 4, minimumDifference: 50, minimumBackends: 3 },
      ...{ interval: 2_000, baseEjection: 4_000, maximumEjection: 60_000, jitter: 300 },
      maximumEjectedShare: 0.25,
    });
    expect(pool?.panicThreshold).toBe(0.5);
    expect(other?.outlierDetection).toMatchObject({ consecutive5xx: 5, baseEjection: 30_000 });
    expect(other?.panicThreshold).toBe(0);
  });

  test.each([
    [HashKey.clientIp(), { from: "client-ip" }],
    [HashKey.header("x-user"), { from: "header", name: "x-user" }],
    [HashKey.query("id"), { from: "query", name: "id" }],
    [HashKey.path(), { from: "path" }],
  ])("hash by %o", (key, input) => {
    expect(key.toInput()).toEqual(input);
    const { stack, lb } = balancer();
    lb.addListener("web").addTargets("app", { algorithm: Algorithm.ringHash({ key }) });
    expect(configOf(stack).pools[0]?.hashing.key).toEqual(input);
  });

  test("that the balancer refuses are told with the topology's problems", () => {
    const { stack, lb } = balancer();
    lb.addListener("web").addTargets("app", { configuration: { hotKey: { share: 2 } } });
    expect(problemsOf(stack)).toEqual([expect.stringMatching(/^pools\[0\]\.hotKey\.share /)]);
  });
});

test("a floating address is an address", () => {
  expect(VirtualIp.at("198.18.7.5").address).toBe("198.18.7.5");
  expect(() => VirtualIp.at("lb.example")).toThrow(/"lb\.example" is not an IPv4 address/);
});
