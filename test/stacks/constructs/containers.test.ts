import { describe, expect, test } from "vitest";
import { declaringApp } from "../../../stacks/cdk.ts";
import { BackendPool } from "../../../stacks/constructs/backend-pool.ts";
import { Balancer } from "../../../stacks/constructs/balancer.ts";
import { BalancerPair } from "../../../stacks/constructs/balancer-pair.ts";
import { Client } from "../../../stacks/constructs/client.ts";
import { ContainerImage } from "../../../stacks/constructs/container-image.ts";
import { Duration } from "../../../stacks/constructs/duration.ts";
import { HealthCheck } from "../../../stacks/constructs/health-check.ts";
import { Size } from "../../../stacks/constructs/size.ts";
import { TopologyStack } from "../../../stacks/constructs/topology-stack.ts";
import { LABELS, nodeOf, topologyFromLabels } from "../../../stacks/topology.ts";

/** What Terraform is told of a container. */
interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly env?: readonly string[];
  readonly capabilities: { readonly add?: readonly string[]; readonly drop: readonly string[] };
  readonly memory: number;
  readonly memory_swap: number;
  readonly cpus?: string;
  readonly read_only: boolean;
  readonly healthcheck?: { readonly interval: string };
  readonly ports?: readonly unknown[];
  readonly labels: readonly { readonly label: string; readonly value: string }[];
  readonly dns?: readonly string[];
}

/** Containers by the ids of their nodes. */
function containersOf(stack: TopologyStack): Readonly<Record<string, Container>> {
  const { resource } = stack.toTerraform() as {
    readonly resource: { readonly docker_container: Readonly<Record<string, Container>> };
  };
  return Object.fromEntries(
    Object.values(resource.docker_container).map((one) => [labelOf(one, LABELS.node), one]),
  );
}

function labelOf({ labels }: Container, name: string): string {
  return labels.find(({ label }) => label === name)?.value ?? "(none)";
}

/** As Terraform passes a text on. */
const evaluated = (text: string) => text.replaceAll("$${", "${").replaceAll("%%{", "%{");

/** A small topology, of which one thing may differ. */
function shop(
  change: {
    readonly backend?: object;
    readonly balancer?: object;
    readonly client?: object;
    readonly before?: (stack: TopologyStack) => void;
  } = {},
) {
  const stack = new TopologyStack(declaringApp(), "shop");
  change.before?.(stack);
  const pool = new BackendPool(stack, "app", { count: 2, ...change.backend });
  const pair = new BalancerPair(stack, "lb", change.balancer);
  pair.addListener("web", { pool });
  const client = new Client(stack, "client", { reaches: [pair], ...change.client });
  return { stack, pool, pair, client };
}

const containers = (change?: Parameters<typeof shop>[0]) => containersOf(shop(change).stack);

describe("a node's container", () => {
  test("drops every capability but those that its node needs", () => {
    const { client, "lb-a": balancer, "app-1": backend } = containers();
    expect(balancer?.capabilities).toEqual({
      drop: ["ALL"],
      add: ["CAP_NET_ADMIN", "CAP_NET_RAW"],
    });
    expect(backend?.capabilities).toEqual({ drop: ["ALL"] });
    expect(client?.capabilities).toEqual({ drop: ["ALL"] });
  });

  test("is limited, and cannot write to its root", () => {
    const backend = { memory: Size.mebibytes(96), cpus: 0.5 };
    const { "app-1": limited, client } = containers({ backend });
    expect(limited).toMatchObject({ memory: 96, memory_swap: 96, cpus: "0.5", read_only: true });
    expect(client).toMatchObject({ memory: 256, memory_swap: 256 });
    expect(client).not.toHaveProperty("cpus");
  });

  test.each([Size.mebibytes(16), Size.bytes(100_000_000)])("cannot have %s of memory", (memory) => {
    expect(() => shop({ backend: { memory } })).toThrow(/app-1 cannot have .* Size\.mebibytes/);
  });

  test("cannot have no processor", () => {
    expect(() => shop({ client: { cpus: 0 } })).toThrow(/client cannot have 0 processors/);
  });

  test("runs the node agent with the node's entry, and more patience than a lab needs", () => {
    const { stack } = shop();
    const { client } = containersOf(stack);
    expect(client?.command).toEqual(["evenkeel-agent"]);
    const encoded = client?.env?.find((one) => one.startsWith("EVENKEEL_NODE="))?.slice(14) ?? "";
    const entry: unknown = JSON.parse(Buffer.from(encoded, "base64").toString());
    const node = nodeOf(stack.toTopology(), "client");
    expect(entry).toEqual({
      ...node,
      reaches: node.reaches.map((target) => ({ ...target, deadlineMs: 60_000 })),
    });
  });

  test("is published on this machine's loopback only, each node at the next port", () => {
    const { stack } = shop({ backend: { publish: [{ port: 8080, hostPort: 18_080 }] } });
    const { "app-1": first, "app-2": second, client } = containersOf(stack);
    const port = { internal: 8080, ip: "127.0.0.1", protocol: "tcp" };
    expect(first?.ports).toEqual([{ ...port, external: 18_080 }]);
    expect(second?.ports).toEqual([{ ...port, external: 18_081 }]);
    expect(client).not.toHaveProperty("ports");
    expect(nodeOf(stack.toTopology(), "app-2").publishedPorts).toEqual([
      { port: 8080, hostPort: 18_081 },
    ]);
  });

  test("has its variables in every process, in a lab too", () => {
    const { stack } = shop({ backend: { environment: { COLOUR: "blue" } } });
    expect(nodeOf(stack.toTopology(), "app-2").processes[0]?.env).toEqual({ COLOUR: "blue" });
  });

  test("tells Terraform nothing that it would put values into", () => {
    const environment = { TEMPLATE: "${HOME} %{ if true } $${x}" };
    const { stack } = shop({ backend: { environment } });
    const labelled = Object.values(containersOf(stack)).map((container) => ({
      name: container.name,
      labels: Object.fromEntries(
        container.labels.map(({ label, value }) => {
          expect(value).not.toMatch(/(?<!\$)\$\{|(?<!%)%\{/);
          return [label, evaluated(value)];
        }),
      ),
    }));
    expect(topologyFromLabels(labelled)).toEqual(stack.toTopology());
  });

  test("can be overridden to the last attribute", () => {
    const { stack, client } = shop();
    client.container.addOverride("dns", ["198.18.7.1"]);
    expect(containersOf(stack)["client"]?.dns).toEqual(["198.18.7.1"]);
    expect(stack.containers.get("client")).toBe(client.container);
  });
});

describe("a backend pool of an image's own program", () => {
  const nginx = (program: object, more: object = {}) => {
    const stack = new TopologyStack(declaringApp(), "shop");
    const lb = new Balancer(stack, "lb");
    const pool = lb.addListener("web").addTargets("app", {
      count: 1,
      image: ContainerImage.fromRegistry("nginxinc/nginx-unprivileged:1.29.1"),
      program,
      healthCheck: HealthCheck.http({ path: "/", interval: Duration.seconds(1) }),
      ...more,
    });
    return { stack, pool, container: containersOf(stack)["app-1"] };
  };

  test("runs that program, with its variables, and no agent", () => {
    const environment = { GREETING: "a ${b}" };
    const { container } = nginx({ command: ["serve", "--all"] }, { environment });
    expect(container?.command).toEqual(["serve", "--all"]);
    expect(container?.env).toEqual(["GREETING=a $${b}"]);
    expect(container).not.toHaveProperty("healthcheck");
    expect(container?.image).toMatch(/^\$\{docker_image\..*\.image_id\}$/);
  });

  test("is reached at the port that it serves, and says in the manifest what it is", () => {
    const { stack, pool } = nginx({ port: 8090 });
    const topology = stack.toTopology();
    expect(pool.port).toBe(8090);
    expect(topology.links).toEqual([{ id: "lb--app", from: "lb", to: "app", port: 8090 }]);
    expect(JSON.stringify(nodeOf(topology, "lb").files)).toContain("8090");
    expect(nodeOf(topology, "app-1")).toMatchObject({ startedBy: "image", processes: [] });
  });

  test("may write to its root only when that is said", () => {
    expect(nginx({}).container?.read_only).toBe(true);
    expect(nginx({ writableRoot: true }).container?.read_only).toBe(false);
  });
});

describe("the hash of a container's specification", () => {
  const hashes = (change?: Parameters<typeof shop>[0]) =>
    Object.fromEntries(
      Object.entries(containers(change)).map(([id, one]) => [id, labelOf(one, LABELS.specHash)]),
    );
  const changedBy = (change: Parameters<typeof shop>[0]) => {
    const before = hashes();
    return Object.entries(hashes(change))
      .filter(([id, hash]) => before[id] !== hash)
      .map(([id]) => id);
  };

  test("is each node's own", () => {
    const all = Object.values(hashes());
    expect(new Set(all).size).toBe(5);
    expect(all.every((hash) => /^[0-9a-f]{16}$/.test(hash))).toBe(true);
  });

  test.each([
    ["its image", { client: { image: ContainerImage.fromLocal("other/node:dev") } }, ["client"]],
    ["its variables", { backend: { environment: { A: "1" } } }, ["app-1", "app-2"]],
    ["its memory", { client: { memory: Size.mebibytes(512) } }, ["client"]],
    ["its published ports", { client: { publish: [{ port: 80, hostPort: 8_080 }] } }, ["client"]],
  ] as const)("changes with %s, and no other node's does", (_, change, changed) => {
    expect(changedBy(change)).toEqual(changed);
  });

  test("changes with its health check, and no other node's does", () => {
    const before = hashes();
    const { stack, client } = shop();
    client.container.addOverride("healthcheck.interval", "9s");
    const after = containersOf(stack);
    const changed = Object.keys(before).filter((id) => {
      const container = after[id];
      return container === undefined || labelOf(container, LABELS.specHash) !== before[id];
    });
    expect(changed).toEqual(["client"]);
  });

  test("stays when another image is declared before it", () => {
    const before = (stack: TopologyStack) => {
      new Client(stack, "other", {
        image: ContainerImage.fromLocal("first/of:all"),
        address: "198.18.7.60",
      });
    };
    // The list of nodes is in every node's label, which makes their hashes others; images do not.
    expect(containers({ before })["app-1"]?.image).toBe(containers()["app-1"]?.image);
  });
});
