import type { Fault } from "./fault.ts";
import { faultOnNode, linkAndProcesses } from "./on-node.ts";
import type { Target } from "./target.ts";

/**
 * Every process of a node dies at once.
 *
 * @param options.silent the link goes first, as when power fails: nobody hears a reset or a refusal.
 *   Otherwise the node's kernel still closes its sockets and refuses for a moment, as `docker kill`.
 */
export function killNode(target: Target, { silent }: { readonly silent: boolean }): Fault {
  return faultOnNode(target, {
    kind: silent ? "silent-kill" : "kill",
    holds: "processes",
    restarts: true,
    title: silent ? "silent kill of" : "kill of",
    act: (node, at) => node.kill({ silent, ...at }),
    verify: async ({ id, node }) => {
      const seen = await node.inspect();
      return {
        active: seen.running === 0 && !seen.connected,
        evidence: linkAndProcesses(id, seen),
      };
    },
    undo: { title: (id) => `start node ${id}`, act: (node) => node.start() },
  });
}
