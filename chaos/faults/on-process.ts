import { nodeOf } from "../../stacks/topology.ts";
import { UnknownName } from "../environment/errors.ts";
import type { Fault } from "./fault.ts";
import { faultOnNode, type NodeFault } from "./on-node.ts";
import { processTakesDown } from "./takes-down.ts";
import type { Target } from "./target.ts";

/** A fault of one process of a node: the node must have it, and is down if it is the one which serves. */
export function faultOnProcess(
  target: Target,
  process_: string,
  wanted: Omit<NodeFault, "check">,
): Fault {
  return faultOnNode(target, {
    takesDown: processTakesDown(target, process_),
    ...wanted,
    title: `${wanted.title} process ${process_} on`,
    check: (topology) => {
      for (const id of target.candidates(topology)) {
        const known = nodeOf(topology, id).processes.map(({ name }) => name);
        if (!known.includes(process_)) {
          throw new UnknownName("process", process_, known, `on node ${id}`);
        }
      }
    },
  });
}
