import type { Fault } from "./fault.ts";
import { injectWithJournal } from "./injected.ts";
import type { Target } from "./target.ts";

/** A node is asked to stop: it gives its address away, drains, and ends; killed after `graceMs`. */
export function stopNode(target: Target, options: { readonly graceMs: number }): Fault {
  return {
    kind: "stop",
    title: `planned stop of ${target.title}`,
    check: (topology) => target.check(topology),
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
            verify: async () => {
              const draining = await deployment.waitForEvent(
                (event) => event.node === id && event.type === "balancer.draining",
                { deadlineMs: 1_000, waitingFor: `${id} draining`, node: id },
              );
              return {
                active: true,
                evidence: `${id} told "${draining.type}" at ${draining.monotonicNs} ns`,
              };
            },
            undo: () => running.start(),
          });
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
  };
}
