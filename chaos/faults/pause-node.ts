import type { Fault } from "./fault.ts";
import { faultOnNode } from "./on-node.ts";
import type { Target } from "./target.ts";

/**
 * Every process of a node is frozen, as a machine that swaps or whose hypervisor gives it no time: its
 * kernel still accepts and acknowledges, nothing is answered. Healed, all of it goes on where it was.
 */
export function pauseNode(target: Target): Fault {
  return faultOnNode(target, {
    kind: "pause",
    holds: "running",
    title: "freeze of",
    act: (node, at) => node.pause(at),
    verify: async ({ id, node }) => {
      const { running, stopped } = await node.inspect();
      return {
        active: running === 0 && stopped > 0,
        evidence: `${id}: ${stopped} processes are frozen, ${running} run`,
      };
    },
    undo: { title: (id) => `wake node ${id}`, act: (node) => node.resume() },
  });
}
