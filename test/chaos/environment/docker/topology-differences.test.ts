import { expect, test } from "vitest";
import type { TopologyNode } from "../../../../stacks/topology.ts";
import { topologyDifferences } from "../../../../chaos/environment/docker/topology-differences.ts";
import { smallTopology } from "../../environment/small-topology.ts";

/** Enough for every node to differ in five places. */
const OTHER: Partial<TopologyNode> = {
  id: "x",
  group: "x",
  address: "198.18.7.1",
  prefixLength: 25,
  stopOrder: ["x"],
};

test("a topology does not differ from itself, whatever its id", () => {
  expect(topologyDifferences(smallTopology(), { ...smallTopology(), id: "other" })).toEqual([]);
});

test("what differs is named with its path and both values", () => {
  const other = smallTopology({ address: "198.18.7.99", sysctls: { "net.ipv4.ip_forward": "1" } });
  expect(topologyDifferences(other, smallTopology())).toEqual([
    'nodes.0.address: deployed "198.18.7.99", wanted "198.18.7.21"',
    'nodes.0.sysctls.net.ipv4.ip_forward: deployed "1", wanted nothing',
  ]);
});

test("of very many only some are named, and how many more there are", () => {
  const { nodes, ...rest } = smallTopology();
  const none = { ...rest, nodes: nodes.map((node) => ({ ...node, processes: [], reaches: [] })) };
  const other = { ...none, nodes: none.nodes.map((node) => ({ ...node, ...OTHER })) };
  const lines = topologyDifferences(other, none);
  expect(lines).toHaveLength(13);
  expect(lines.at(-1)).toMatch(/^and \d+ more$/);
});
