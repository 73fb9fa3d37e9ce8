import { expect, test } from "vitest";
import { capacityTarget } from "../../../../chaos/load/saturation/capacity-target.ts";
import { activeActive } from "../../../../stacks/topologies/active-active.ts";
import { activePassive } from "../../../../stacks/topologies/active-passive.ts";

test("one balancer is saturated at its own address, even where clients use a floating one", () => {
  const { topology, pair } = activePassive();
  expect(capacityTarget(topology)).toEqual({
    client: "client",
    balancer: "lb-a",
    address: "198.18.7.11",
    port: 8080,
  });
  expect(pair.virtualIp.address).not.toBe("198.18.7.11");
});

test("another balancer is taken by its id, and one that is not there is refused with those that are", () => {
  const { topology } = activeActive();
  expect(capacityTarget(topology, "lb-2").address).toBe("198.18.8.12");
  expect(() => capacityTarget(topology, "lb-3")).toThrow(
    'There is no balancer "lb-3" in topology active-active. Known: lb-1, lb-2.',
  );
});

test("a topology that cannot be saturated is refused with what it lacks", () => {
  const { topology } = activePassive({ protocol: "tcp" });
  const nodes = topology.nodes.filter(({ role }) => role !== "client");
  expect(() => capacityTarget({ ...topology, nodes })).toThrow(
    "Topology active-passive has no client and no HTTP listener",
  );
});
