import type { TopologyNode } from "../../stacks/topology.ts";
import { UnknownName } from "./errors.ts";

/** Only a process that a node was declared with can be acted on. @throws UnknownName with those that were */
export function requireProcess(node: TopologyNode, name: string): void {
  const known = node.processes.map((process_) => process_.name);
  if (!known.includes(name)) throw new UnknownName("process", name, known, `on node ${node.id}`);
}
