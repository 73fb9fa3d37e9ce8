import { describe, expect, test } from "vitest";
import { drawTopology } from "../../../../chaos/report/topology/drawing.ts";
import { topologyGraph } from "../../../../chaos/report/topology/graph.ts";
import { layOut } from "../../../../chaos/report/topology/layout.ts";
import { waysOf } from "../../../../chaos/report/topology/ways.ts";
import { html } from "../../../../chaos/report/html/markup.ts";
import { declaringApp } from "../../../../stacks/cdk.ts";
import { BalancerFleet } from "../../../../stacks/constructs/balancer-fleet.ts";
import { Client } from "../../../../stacks/constructs/client.ts";
import { FaultProxy } from "../../../../stacks/constructs/fault-proxy.ts";
import { SessionStore } from "../../../../stacks/constructs/session-store.ts";
import { TopologyStack } from "../../../../stacks/constructs/topology-stack.ts";
import { activePassive } from "../../../../stacks/topologies/active-passive.ts";

/** Two pools of which one is reached through a fault proxy and the other around it. */
function twoPools() {
  const stack = new TopologyStack(declaringApp(), "two-pools", { subnet: "198.18.22.0/24" });
  const store = new SessionStore(stack, "store");
  const faults = new FaultProxy(stack, "faults");
  const edge = new BalancerFleet(stack, "edge");
  edge.addListener("web").addTargets("app", { sessions: { store, via: faults }, via: faults });
  edge.addListener("api", { port: 9090 }).addTargets("api", { count: 2, sessions: { store } });
  new Client(stack, "client", { reaches: [edge] });
  return stack.toTopology();
}

function waysIn(topology: ReturnType<typeof twoPools>, width?: number) {
  const graph = topologyGraph(topology);
  const layout = layOut(topology, graph, { width });
  return { ...waysOf(graph, layout), layout, graph };
}

describe("the ways of a drawing", () => {
  test.each([undefined, 376])("lead straight on where nothing is in between, width %s", (width) => {
    const { ways, detours, graph } = waysIn(activePassive().topology, width);
    expect(ways).toHaveLength(graph.edges.length);
    expect(detours).toBe(0);
  });

  test.each([undefined, 376])("lead around what is in between, width %s", (width) => {
    const { ways, detours, layout } = waysIn(twoPools(), width);
    expect(detours).toBeGreaterThan(0);
    const around = ways.filter(({ label }) => label.flat);
    expect(around).toHaveLength(detours);
    const right = Math.max(...layout.boxes.map((box) => box.x + box.width));
    for (const { middle } of around) {
      expect(layout.downwards ? middle.x > right : middle.y > layout.height).toBe(true);
    }
    // Each in a lane of its own.
    const lanes = around.map(({ middle }) => (layout.downwards ? middle.x : middle.y));
    expect(new Set(lanes).size).toBe(detours);
  });

  test("have room in the drawing", () => {
    const { ways, layout } = waysIn(twoPools());
    const drawing = drawTopology(twoPools(), { label: (pointer) => html`${pointer}` });
    const lowest = Math.max(...ways.map(({ middle }) => middle.y));
    expect(lowest).toBeGreaterThan(layout.height);
    expect(lowest).toBeLessThan(drawing.height);
  });

  test("leave a narrow drawing as narrow as it was asked to be", () => {
    const drawing = drawTopology(twoPools(), { width: 376, label: (at) => html`${at}` });
    expect(drawing.width).toBeLessThanOrEqual(376);
  });
});

describe("the labels of ways", () => {
  const numbers = (topology: ReturnType<typeof twoPools>): string[] =>
    [
      ...drawTopology(topology, { label: (at) => html`${at}` }).body.source.matchAll(
        />([^<>]*)<\/text/g,
      ),
    ]
      .map(([, text = ""]) => text.trim())
      .filter((text) => text.includes("port"));

  test("name every port of a way, and say when there are too many", () => {
    const few = activePassive({ backendFaultPoints: true, count: 3 }).topology;
    expect(numbers(few).filter((text) => text.includes("/via/listenPort"))).toHaveLength(4);
    const many = activePassive({ backendFaultPoints: true, count: 5 }).topology;
    expect(numbers(many)).toContain("several ports");
  });
});
