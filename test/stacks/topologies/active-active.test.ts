import { describe, expect, test } from "vitest";
import { Algorithm } from "../../../stacks/constructs/algorithm.ts";
import { activeActive } from "../../../stacks/topologies/active-active.ts";
import { nodeOf } from "../../../stacks/topology.ts";

describe("the active-active topology", () => {
  test("has balancers that all serve, and no address that floats", () => {
    const { topology, fleet } = activeActive();
    expect(fleet.addresses).toEqual(["198.18.8.11", "198.18.8.12"]);
    expect(topology.virtualAddress).toBeUndefined();
    for (const { id } of fleet.nodes) {
      const node = nodeOf(topology, id);
      expect(node.processes.map(({ name }) => name)).toEqual(["balancer"]);
      expect(node.capabilities).toEqual([]);
    }
  });

  test("has a client that awaits each of them", () => {
    const { topology, client } = activeActive({ balancers: 3 });
    expect(nodeOf(topology, client.id).reaches.map(({ address }) => address)).toEqual([
      "198.18.8.11",
      "198.18.8.12",
      "198.18.8.13",
    ]);
  });

  test("reaches each backend through a fault point of its own, the same for every balancer", () => {
    const { topology, listener } = activeActive({ backends: 2 });
    expect([...listener.faultPoints.values()].map(({ id }) => id)).toEqual([
      "lb--app-1",
      "lb--app-2",
    ]);
    const [first, second] = ["lb-1", "lb-2"].map((id) => nodeOf(topology, id).files);
    expect(first).toEqual(second);
  });

  test("takes its options", () => {
    const { topology } = activeActive({
      id: "spread",
      subnet: "198.19.3.0/24",
      algorithm: Algorithm.random(),
    });
    expect([topology.id, topology.subnet]).toEqual(["spread", "198.19.3.0/24"]);
    expect(topology.pools[0]?.policy).toBe("random");
  });
});
