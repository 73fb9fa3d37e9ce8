import { describe, expect, test } from "vitest";
import { declaringApp } from "../../../stacks/cdk.ts";
import { BackendPool } from "../../../stacks/constructs/backend-pool.ts";
import { BalancerFleet } from "../../../stacks/constructs/balancer-fleet.ts";
import { BalancerPair } from "../../../stacks/constructs/balancer-pair.ts";
import { Balancer } from "../../../stacks/constructs/balancer.ts";
import type { BalancersProps } from "../../../stacks/constructs/balancers.ts";
import type { ListenerConfiguration } from "../../../stacks/constructs/configuration.ts";
import { Duration } from "../../../stacks/constructs/duration.ts";
import { TopologyStack } from "../../../stacks/constructs/topology-stack.ts";
import { problemsOf } from "./problems-of.ts";

/** What is told of a fleet with these settings. */
function problemsWith(props: BalancersProps) {
  const stack = new TopologyStack(declaringApp(), "shop");
  new BalancerFleet(stack, "edge", props).addListener("web").addTargets("app");
  return problemsOf(stack);
}

describe("balancers whose configuration the balancer would refuse", () => {
  test("are refused, with all of its problems, each told once", () => {
    expect(
      problemsWith({
        timeouts: { connect: Duration.millis(0) },
        configuration: { limits: { connections: 0 } },
      }),
    ).toEqual([
      {
        path: "timeouts.connect",
        value: '"0ms"',
        message: "is out of range, in the configuration of edge",
        next: "Use 1ms to 1h.",
      },
      {
        path: "limits.connections",
        value: "0",
        message: expect.stringMatching(/>=1, in the configuration of edge$/),
        next: "Use at least 1.",
      },
    ]);
  });

  test("are told apart from others that have the same problem", () => {
    const stack = new TopologyStack(declaringApp(), "shop");
    const pool = new BackendPool(stack, "app");
    for (const id of ["lb", "edge"]) {
      const one = new Balancer(stack, id, { configuration: { limits: { headerCount: 0 } } });
      one.addListener(`web-${id}`, { pool });
    }
    expect(problemsOf(stack).map(({ path, message }) => [path, message.split(", ")[1]])).toEqual([
      ["limits.headerCount", "in the configuration of lb"],
      ["limits.headerCount", "in the configuration of edge"],
    ]);
  });

  test("are told beside what keepalived would refuse", () => {
    const stack = new TopologyStack(declaringApp(), "shop");
    const pair = new BalancerPair(stack, "lb", {
      advertInterval: Duration.millis(15),
      configuration: { limits: { connections: 0 } },
    });
    pair.addListener("web").addTargets("app");
    const paths = problemsOf(stack).map(({ path }) => path);
    expect(paths.toSorted()).toEqual(["advertIntervalMs", "limits.connections"]);
  });
});

describe("what the rest of a node relies on", () => {
  test.each([
    ["admin", { address: "198.18.7.11", port: 9_000, token: "0123456789abcdef" }],
    ["admin", { socket: "/elsewhere" }],
    ["failover", { trackFile: "/elsewhere", notifyFifo: "/run/evenkeel/vrrp.fifo" }],
  ])("cannot be said in the configuration: %s %o", (part, value) => {
    // The types forbid it; sources run without them.
    const configuration = { [part]: value } as NonNullable<BalancersProps["configuration"]>;
    const problems = problemsWith({ configuration });
    expect(problems).toMatchObject([
      { path: part, next: expect.stringMatching(/^Leave it out: /) },
    ]);
    // A token in it would be in every log.
    expect(JSON.stringify(problems)).not.toContain("0123456789abcdef");
  });
});

describe("balancers without a listener", () => {
  test("are refused in terms of constructs, beside their other problems", () => {
    const stack = new TopologyStack(declaringApp(), "shop");
    new Balancer(stack, "lb", { configuration: { limits: { connections: 0 } } });
    expect(problemsOf(stack)).toMatchObject([
      { path: "listeners", next: expect.stringContaining("addListener") },
      { path: "limits.connections" },
    ]);
  });
});

describe("the address that a listener is bound to", () => {
  const boundTo = (address: string, make: (stack: TopologyStack) => Balancer | BalancerPair) => {
    const stack = new TopologyStack(declaringApp(), "shop");
    const configuration: ListenerConfiguration = { address };
    make(stack).addListener("web", { configuration }).addTargets("app");
    return problemsOf(stack);
  };
  const single = (stack: TopologyStack) => new Balancer(stack, "lb");
  const pair = (stack: TopologyStack) => new BalancerPair(stack, "lb");

  test.each([
    ["any", "0.0.0.0", single],
    ["any, of both families", "::", pair],
    ["the only one of its balancer", "198.18.7.11", single],
  ] as const)("may be %s", (_, address, make) => {
    expect(boundTo(address, make)).toEqual([]);
  });

  test.each([
    ["no client reaches", "127.0.0.1", single],
    ["is one of several", "198.18.7.10", pair],
    ["another balancer does not have", "198.18.7.11", pair],
  ] as const)("cannot be one that %s", (_, address, make) => {
    expect(boundTo(address, make)).toMatchObject([
      { path: "listeners.web.address", value: JSON.stringify(address) },
    ]);
  });
});
