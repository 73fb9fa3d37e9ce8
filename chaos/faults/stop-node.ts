import type { TimelineEvent } from "../environment/environment.ts";
import type { Fault } from "./fault.ts";
import { injectWithJournal } from "./injected.ts";
import { takesDown } from "./takes-down.ts";
import type { Target } from "./target.ts";
import { toldSince } from "./told-since.ts";

/** What a node tells once it has been asked to stop: a balancer gives the address away and drains, others just end. */
const STOPPING: ReadonlySet<TimelineEvent["type"]> = new Set([
  "vrrp.fault",
  "balancer.draining",
  "process.exited",
]);

/** A node is asked to stop: it gives its address away, drains, and ends; killed after `graceMs`. */
export function stopNode(target: Target, options: { readonly graceMs: number }): Fault {
  return {
    kind: "stop",
    title: `planned stop of ${target.title}`,
    check: (topology) => target.check(topology),
    targets: (topology) => target.candidates(topology),
    takesDown: takesDown(target),
    prepare: (deployment) =>
      Promise.resolve({
        aim: () => target.find(deployment),
        inject: ({ atNs, journal }) => {
          const id = target.find(deployment);
          const running = deployment.node(id);
          const intent = { fault: "stop", target: id, undo: `start node ${id}` };
          return injectWithJournal(journal, intent, {
            act: () =>
              running.stop({ graceMs: options.graceMs, ...(atNs === undefined ? {} : { atNs }) }),
            verify: async (moment) => {
              const told = await toldSince(deployment, moment, {
                matches: ({ node, type }) => node === id && STOPPING.has(type),
                waitingFor: `${id} stopping`,
              });
              return told === null
                ? { active: false, evidence: `${id} did not tell that it stops` }
                : { active: true, evidence: `${id} told "${told.type}" at ${told.monotonicNs} ns` };
            },
            undo: () => running.start(),
          });
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
  };
}
