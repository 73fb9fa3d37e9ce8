import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { App, declaringApp } from "../../../stacks/cdk.ts";
import { BackendPool } from "../../../stacks/constructs/backend-pool.ts";
import { BalancerPair } from "../../../stacks/constructs/balancer-pair.ts";
import { Client } from "../../../stacks/constructs/client.ts";
import { Duration } from "../../../stacks/constructs/duration.ts";
import { FaultProxy } from "../../../stacks/constructs/fault-proxy.ts";
import { HealthCheck } from "../../../stacks/constructs/health-check.ts";
import { TopologyStack } from "../../../stacks/constructs/topology-stack.ts";
import { nodeOf, parseTopology } from "../../../stacks/topology.ts";
import { problemsOf } from "./problems-of.ts";

describe("a topology stack", () => {
  test("writes the manifest beside the Terraform configuration", () => {
    const outdir = mkdtempSync("/tmp/evenkeel-");
    try {
      const app = new App({ outdir });
      const stack = new TopologyStack(app, "tiny", { subnet: "198.18.9.0/24" });
      const client = new Client(stack, "client");
      app.synth();
      const read = (file: string): unknown =>
        JSON.parse(readFileSync(join(outdir, "stacks", "tiny", file), "utf8"));
      expect(parseTopology(read("topology.json"))).toEqual(stack.toTopology());
      expect(read("cdk.tf.json")).toHaveProperty("terraform");
      expect(client.address).toBe("198.18.9.51");
    } finally {
      rmSync(outdir, { recursive: true });
    }
  });

  test("refuses to synthesize what a rule refuses", () => {
    const outdir = mkdtempSync("/tmp/evenkeel-");
    try {
      const app = new App({ outdir });
      const stack = new TopologyStack(app, "tiny", { subnet: "10.0.0.0/24" });
      new Client(stack, "client");
      expect(() => app.synth()).toThrow(
        /subnet: lies outside 198\.18\.0\.0\/15.*198\.18\.7\.0\/24/,
      );
    } finally {
      rmSync(outdir, { recursive: true });
    }
  });

  test("gives the same addresses to the same declaration", () => {
    const declare = () => {
      const stack = new TopologyStack(declaringApp(), "same");
      new BackendPool(stack, "app", { count: 12 });
      return stack.toTopology();
    };
    expect(declare()).toEqual(declare());
    expect(nodeOf(declare(), "app-11").address).toBe("198.18.7.61");
  });

  test("says when its addresses are used up", () => {
    const stack = new TopologyStack(declaringApp(), "full");
    expect(() => new BackendPool(stack, "app", { count: 78 })).toThrow(
      /198\.18\.7\.0\/24 has no address left for another backend: 77/,
    );
  });

  test("is needed by every construct", () => {
    expect(() => new Client(declaringApp(), "client")).toThrow(/is in no topology/);
  });

  test("tells what keepalived and the balancer would refuse, together", () => {
    const stack = new TopologyStack(declaringApp(), "wrong");
    const pool = new BackendPool(stack, "app", {
      count: 1,
      healthCheck: HealthCheck.http({ interval: Duration.millis(10) }),
    });
    const first = new BalancerPair(stack, "lb", { advertInterval: Duration.millis(15) });
    first.addListener("web", { pool });
    const second = new BalancerPair(stack, "edge", { failover: "none" });
    second.addListener("other", { pool });
    const paths = problemsOf(stack).map(({ path }) => path);
    expect(paths).toContain("advertIntervalMs");
    expect(paths).toContain("pools[0].healthCheck.timeout");
  });

  test("has one floating address at most", () => {
    const stack = new TopologyStack(declaringApp(), "two");
    const pool = new BackendPool(stack, "app");
    for (const id of ["lb", "edge"]) {
      new BalancerPair(stack, id).addListener(`web-${id}`, { pool });
    }
    expect(problemsOf(stack)).toMatchObject([
      { path: "virtualAddress", value: '["198.18.7.10","198.18.7.2"]' },
    ]);
  });
});

describe("a backend pool", () => {
  const warningsOf = (healthCheck?: HealthCheck) => {
    const stack = new TopologyStack(declaringApp(), "pools");
    const pool = new BackendPool(stack, "app", healthCheck === undefined ? {} : { healthCheck });
    return pool.node.metadata.map(({ data }) => String(data));
  };

  test("warns of having no check", () => {
    expect(warningsOf(HealthCheck.none())).toEqual([expect.stringContaining("no health check")]);
    expect(warningsOf(HealthCheck.tcp())).toEqual([]);
    expect(warningsOf()).toEqual([]);
  });
});

describe("a fault proxy", () => {
  test("carries each backend of a listener on a port of its own", () => {
    const stack = new TopologyStack(declaringApp(), "slow");
    const faults = new FaultProxy(stack, "faults");
    const pool = new BackendPool(stack, "app", { count: 2 });
    const pair = new BalancerPair(stack, "lb");
    const listener = pair.addListener("web", { pool, via: faults });
    const topology = stack.toTopology();
    expect(topology.links).toEqual([
      {
        id: "lb--app-1",
        from: "lb",
        to: "app-1",
        port: 8080,
        via: { node: "faults", listenPort: 9001 },
      },
      {
        id: "lb--app-2",
        from: "lb",
        to: "app-2",
        port: 8080,
        via: { node: "faults", listenPort: 9002 },
      },
    ]);
    expect(listener.faultPoints.get("app-2")?.endpoint).toEqual({
      address: faults.address,
      port: 9002,
    });
    const config = nodeOf(topology, "lb-a").files[0];
    expect(config).toMatchObject({ path: "/run/evenkeel/balancer.json" });
    expect(JSON.stringify(config)).toContain("9002");
  });

  test("makes a TCP check refused", () => {
    const stack = new TopologyStack(declaringApp(), "blind");
    const faults = new FaultProxy(stack, "faults");
    const pool = new BackendPool(stack, "app", { count: 1, healthCheck: HealthCheck.tcp() });
    new BalancerPair(stack, "lb").addListener("web", { pool, via: faults });
    expect(problemsOf(stack)).toMatchObject([{ path: "pools[0].healthCheck.type" }]);
  });
});
