import type { TopologyRule } from "../topology.ts";

/** A link begins and ends at groups or nodes that exist, and its id says which. */
export const linksNameNodes: TopologyRule = (topology) => {
  const known = [...new Set(topology.nodes.flatMap((node) => [node.group, node.id]))];
  return topology.links.flatMap((link, index) => {
    const unknown = (["from", "to"] as const)
      .filter((end) => !known.includes(link[end]))
      .map((end) => ({
        path: ["links", index, end],
        message: `names neither a group nor a node | Use one of: ${known.join(", ")}.`,
      }));
    const id = `${link.from}--${link.to}`;
    if (link.id === id) return unknown;
    const message = `does not say where the link leads | Write ${id}.`;
    return [...unknown, { path: ["links", index, "id"], message }];
  });
};
