import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { descend } from "../../../../chaos/report/reference.ts";
import { topologyGraph } from "../../../../chaos/report/topology/graph.ts";
import { activePassive } from "../../../../stacks/topologies/active-passive.ts";
import { topologySchema, type Topology } from "../../../../stacks/topology.ts";
import { fixtureTopology } from "../fixture.ts";

/** Each group's nodes, in the order of ranks. */
function ranked(topology: Topology): string[][] {
  const { groups } = topologyGraph(topology);
  return groups
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ nodes }) => nodes.map((position) => topology.nodes[position]?.id ?? ""));
}

/** Edges by the groups' first nodes, with their port numbers. */
function edgesOf(topology: Topology): [string, string, unknown[]][] {
  const { groups, edges } = topologyGraph(topology);
  const nameOf = (key: string): string =>
    topology.nodes[groups.find((group) => group.key === key)?.nodes[0] ?? -1]?.id ?? "";
  return edges.map(({ from, to, ports }) => [
    nameOf(from),
    nameOf(to),
    ports.map((pointer) => descend(topology, pointer)),
  ]);
}

describe("the graph of a topology", () => {
  test("has its groups in the direction of a request, fault points before what they lead to", () => {
    expect(ranked(activePassive().topology)).toEqual([
      ["client"],
      ["lb-a", "lb-b"],
      ["app-1", "app-2", "app-3"],
      ["faults"],
      ["store"],
    ]);
  });

  test("has a fault proxy once for every pair of groups that it is between", () => {
    const { topology } = activePassive({ backendFaultPoints: true });
    expect(ranked(topology).map(([first]) => first)).toEqual([
      "client",
      "lb-a",
      "faults",
      "app-1",
      "faults",
      "store",
    ]);
    expect(edgesOf(topology)).toEqual(
      expect.arrayContaining([
        ["lb-a", "faults", [9002, 9003, 9004]],
        // Three backends that serve one port: it is named once.
        ["faults", "app-1", [8080]],
      ]),
    );
  });

  test("says which group may hold the floating address", () => {
    const holders = (topology: Topology): string[] =>
      topologyGraph(topology).groups.flatMap(({ key, holdsAddress }) =>
        holdsAddress ? [key] : [],
      );
    expect(holders(activePassive().topology)).toEqual(["lb"]);
    expect(holders(activePassive({ failover: "none" }).topology)).toEqual([]);
  });

  test("keeps the ids of the links that an edge stands for", () => {
    const { edges } = topologyGraph(activePassive().topology);
    const links = edges.flatMap(({ links }) => links);
    expect(links.filter((link) => link === "app--store")).toHaveLength(2);
    expect(links).toContain("client--lb");
  });

  test("adds what listeners and pools imply when no link says so", () => {
    const { links: _, ...rest } = fixtureTopology();
    expect(edgesOf({ ...rest, links: [] })).toEqual([
      ["client", "lb-a", [8080]],
      ["lb-a", "web-1", []],
    ]);
  });

  test("puts what no way leads to at the end", () => {
    const { links: _, ...rest } = fixtureTopology();
    expect(ranked({ ...rest, links: [] }).slice(-2)).toEqual([["faults"], ["store"]]);
  });

  test("of links at random has every node, no edge to nowhere, and finite ranks", () => {
    const names = ["a", "b", "c", "d", "e"];
    const link = fc.record({
      from: fc.constantFrom(...names),
      to: fc.constantFrom(...names),
      via: fc.option(fc.constantFrom(...names)),
    });
    fc.assert(
      fc.property(fc.array(link, { maxLength: 12 }), (links) => {
        const topology = topologySchema.parse({
          schema: "evenkeel.topology/1",
          id: "random",
          subnet: "198.18.7.0/24",
          nodes: names.map((id, index) => ({
            id,
            role: "backend",
            group: id,
            address: `198.18.7.${index + 10}`,
            prefixLength: 24,
          })),
          links: links.map(({ from, to, via }, index) => ({
            id: `${from}--${to}`,
            from,
            to,
            port: 1000 + index,
            ...(via === null ? {} : { via: { node: via, listenPort: 2000 + index } }),
          })),
        });
        const { groups, edges } = topologyGraph(topology);
        const drawn = new Set(groups.flatMap(({ nodes }) => nodes));
        const keys = groups.map(({ key }) => key);
        expect(drawn.size).toBe(names.length);
        expect(new Set(keys).size).toBe(keys.length);
        for (const { from, to } of edges) expect(keys).toEqual(expect.arrayContaining([from, to]));
        for (const { rank } of groups) expect(rank).toBeLessThanOrEqual(names.length);
      }),
    );
  });
});
