import type { Fault } from "./fault.ts";
import { injectWithJournal } from "./injected.ts";
import { takesDown } from "./takes-down.ts";
import type { Target } from "./target.ts";

/**
 * A node is cut off from the network, as by a switch that lost its port's configuration: all of it runs
 * on, its own link stays up, and nobody hears of it. Healed, it is reached as before.
 */
export function isolateNode(target: Target): Fault {
  return {
    kind: "isolate",
    title: `isolation of ${target.title}`,
    check: (topology) => target.check(topology),
    targets: (topology) => target.candidates(topology),
    takesDown: takesDown(target),
    prepare: (deployment) =>
      Promise.resolve({
        aim: () => target.find(deployment),
        inject: ({ atNs, journal }) => {
          const id = target.find(deployment);
          const running = deployment.node(id);
          const intent = { fault: "isolate", target: id, undo: `connect node ${id}` };
          return injectWithJournal(journal, intent, {
            act: () => running.isolate(atNs === undefined ? {} : { atNs }),
            verify: async () => {
              const seen = await running.inspect();
              return {
                active: seen.running > 0 && !seen.connected,
                evidence: `${id}: ${seen.running} processes run, link ${seen.connected ? "up" : "cut"}`,
              };
            },
            undo: () => running.rejoin(),
          });
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
  };
}
