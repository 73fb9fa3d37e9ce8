import type { TopologyRule } from "../topology.ts";

/** A fault point is a proxy of a fault proxy node, and a proxy has one node behind it. */
export const faultPointsOnProxies: TopologyRule = (topology) => {
  const proxies = topology.nodes.filter((node) => node.role === "fault-proxy").map(({ id }) => id);
  return topology.links.flatMap((link, index) => {
    const { via } = link;
    if (via === undefined) return [];
    const problems: { path: (string | number)[]; message: string }[] = [];
    if (!proxies.includes(via.node)) {
      problems.push({
        path: ["links", index, "via", "node"],
        message: `is not a fault proxy | Use one of: ${proxies.join(", ") || "(none declared)"}.`,
      });
    }
    const members = topology.nodes.filter(({ id, group }) => id === link.to || group === link.to);
    if (members.length > 1) {
      problems.push({
        path: ["links", index, "to"],
        message: `is a group of ${members.length} behind one fault point | Make a link for each of: ${members.map(({ id }) => id).join(", ")}.`,
      });
    }
    return problems;
  });
};
