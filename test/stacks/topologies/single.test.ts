import { describe, expect, test } from "vitest";
import { single } from "../../../stacks/topologies/single.ts";
import { nodeOf } from "../../../stacks/topology.ts";

describe("the topology with a single balancer", () => {
  test("has one node that is its own group, at the address that clients use", () => {
    const { topology, balancer } = single();
    expect(balancer.addresses).toEqual([balancer.address]);
    expect(nodeOf(topology, "lb")).toMatchObject({ group: "lb", address: "198.18.9.11" });
    expect(topology.links).toEqual([
      { id: "lb--app", from: "lb", to: "app", port: 8080 },
      { id: "client--lb", from: "client", to: "lb", port: 8080 },
    ]);
    expect(nodeOf(topology, "client").reaches.map(({ address }) => address)).toEqual([
      "198.18.9.11",
    ]);
  });

  test("takes its options", () => {
    const { topology, pool } = single({ id: "one", count: 1, subnet: "198.19.4.0/24" });
    expect(topology.id).toBe("one");
    expect(pool.nodes.map(({ address }) => address)).toEqual(["198.19.4.21"]);
  });
});
