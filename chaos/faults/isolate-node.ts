import type { Fault } from "./fault.ts";
import { faultOnNode, linkAndProcesses } from "./on-node.ts";
import type { Target } from "./target.ts";

/**
 * A node is cut off from the network, as by a switch that lost its port's configuration: all of it runs
 * on, its own link stays up, and nobody hears of it. Healed, it is reached as before.
 */
export function isolateNode(target: Target): Fault {
  return faultOnNode(target, {
    kind: "isolate",
    holds: "network",
    title: "isolation of",
    act: (node, at) => node.isolate(at),
    verify: async ({ id, node }) => {
      const seen = await node.inspect();
      return { active: seen.running > 0 && !seen.connected, evidence: linkAndProcesses(id, seen) };
    },
    undo: { title: (id) => `connect node ${id}`, act: (node) => node.rejoin() },
  });
}
