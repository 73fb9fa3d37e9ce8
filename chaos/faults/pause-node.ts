import type { Fault } from "./fault.ts";
import { injectWithJournal } from "./injected.ts";
import { takesDown } from "./takes-down.ts";
import type { Target } from "./target.ts";

/**
 * Every process of a node is frozen, as a machine that swaps or whose hypervisor gives it no time: its
 * kernel still accepts and acknowledges, nothing is answered. Healed, all of it goes on where it was.
 */
export function pauseNode(target: Target): Fault {
  return {
    kind: "pause",
    title: `freeze of ${target.title}`,
    check: (topology) => target.check(topology),
    targets: (topology) => target.candidates(topology),
    takesDown: takesDown(target),
    prepare: (deployment) =>
      Promise.resolve({
        aim: () => target.find(deployment),
        inject: ({ atNs, journal }) => {
          const id = target.find(deployment);
          const running = deployment.node(id);
          const intent = { fault: "pause", target: id, undo: `wake node ${id}` };
          return injectWithJournal(journal, intent, {
            act: () => running.pause(atNs === undefined ? {} : { atNs }),
            verify: async () => {
              const seen = await running.inspect();
              return {
                active: seen.running === 0 && seen.stopped > 0,
                evidence: `${id}: ${seen.stopped} processes are frozen, ${seen.running} run`,
              };
            },
            undo: () => running.resume(),
          });
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
  };
}
