import type { TimelineEvent } from "../environment/environment.ts";
import type { Fault } from "./fault.ts";
import { faultOnNode } from "./on-node.ts";
import type { Target } from "./target.ts";
import { toldSince } from "./told-since.ts";

/** What a node tells once it has been asked to stop: a balancer gives the address away and drains, others just end. */
const STOPPING: ReadonlySet<TimelineEvent["type"]> = new Set([
  "vrrp.fault",
  "balancer.draining",
  "process.exited",
]);

/** A node is asked to stop: it gives its address away, drains, and ends; killed after `graceMs`. */
export function stopNode(target: Target, { graceMs }: { readonly graceMs: number }): Fault {
  return faultOnNode(target, {
    kind: "stop",
    holds: "processes",
    restarts: true,
    title: "planned stop of",
    act: (node, at) => node.stop({ graceMs, ...at }),
    verify: async ({ id, deployment, moment }) => {
      const told = await toldSince(deployment, moment, {
        matches: ({ node, type }) => node === id && STOPPING.has(type),
        waitingFor: `${id} stopping`,
      });
      return told === null
        ? { active: false, evidence: `${id} did not tell that it stops` }
        : { active: true, evidence: `${id} told "${told.type}" at ${told.monotonicNs} ns` };
    },
    undo: { title: (id) => `start node ${id}`, act: (node) => node.start() },
  });
}
