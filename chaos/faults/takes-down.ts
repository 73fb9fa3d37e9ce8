import { nodeOf, type Topology } from "../../stacks/topology.ts";
import type { DownNodes } from "./fault.ts";
import type { Target } from "./target.ts";

/** Processes whose end leaves their node serving, by name: VRRP moves the address, and nothing more. */
const BESIDE: ReadonlySet<string> = new Set(["keepalived"]);

/** For `Fault.takesDown`: whichever node the target turns out to be. */
export function takesDown(target: Target): (topology: Topology) => readonly DownNodes[] {
  return (topology) => [{ count: 1, of: target.candidates(topology) }];
}

/** The same of a fault that ends or freezes one process: down if that is the one which serves. */
export function processTakesDown(
  target: Target,
  process_: string,
): (topology: Topology) => readonly DownNodes[] {
  return BESIDE.has(process_) ? () => [] : takesDown(target);
}

/** The same of a fault that cuts the node off from some others: down if nobody else sends it requests. */
export function cutOffTakesDown(
  target: Target,
  others: readonly string[],
): (topology: Topology) => readonly DownNodes[] {
  return (topology) => {
    const of = target.candidates(topology);
    const cutOff = of.every((id) => {
      const senders = sendersTo(topology, id);
      return senders.length > 0 && senders.every((sender) => others.includes(sender));
    });
    return cutOff ? [{ count: 1, of }] : [];
  };
}

/** Ids of the nodes that send requests to one, by the topology's links. */
function sendersTo(topology: Topology, id: string): readonly string[] {
  const { group } = nodeOf(topology, id);
  const links = topology.links.filter(({ to }) => to === id || to === group);
  return links.flatMap(({ from, via }) =>
    via === undefined
      ? topology.nodes
          .filter((node) => node.id === from || node.group === from)
          .map((node) => node.id)
      : [via.node],
  );
}
