import type { Topology } from "../../../stacks/topology.ts";
import { descend } from "../reference.ts";
import { topologyGraph, type Edge, type Group } from "./graph.ts";

/**
 * A topology as a Mermaid flowchart, for Markdown that is rendered by somebody else: a subgraph for
 * each group, the floating address on the balancers that share it, ports on the ways between them.
 *
 * @see https://mermaid.js.org/syntax/flowchart.html
 */
export function topologyMermaid(topology: Topology): string {
  const { groups, edges } = topologyGraph(topology);
  // Ids of Mermaid's own: those of nodes may be words that mean something to it, such as `end`.
  const idOf = (key: string): string => `g${groups.findIndex((group) => group.key === key)}`;
  return [
    "flowchart LR",
    ...groups.flatMap((group) => subgraph(topology, group, idOf(group.key))),
    ...edges.map((edge) => `  ${idOf(edge.from)} -->${portsOf(topology, edge)} ${idOf(edge.to)}`),
    "",
  ].join("\n");
}

function subgraph(topology: Topology, group: Group, id: string): string[] {
  // In one line: Mermaid leaves room for no more above what is inside.
  const address = group.holdsAddress ? ` at ${topology.virtualAddress?.address ?? ""}` : "";
  const name = group.nodes.length > 1 ? `${group.role}s` : group.role;
  return [
    `  subgraph ${id}["${quoted(name.replace("-", " "))}${address}"]`,
    // What has no way between it stands across the direction: below each other.
    "    direction LR",
    ...group.nodes.flatMap((position, index) => {
      const node = topology.nodes[position];
      if (node === undefined) return [];
      const addresses = [node.address, ...node.extraAddresses].join(", ");
      return [`    ${id}n${index}["${quoted(node.id)}<br/>${addresses}"]`];
    }),
    "  end",
  ];
}

function portsOf(topology: Topology, { ports }: Edge): string {
  if (ports.length === 0) return "";
  const numbers = ports.map((pointer) => String(descend(topology, pointer)));
  return `|"port ${numbers.join(", ")}"|`;
}

/** Mermaid's own way to write a quotation mark inside a quoted text. */
function quoted(text: string): string {
  return text.replaceAll('"', "#quot;");
}
