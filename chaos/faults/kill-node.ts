import type { Fault } from "./fault.ts";
import { injectWithJournal } from "./injected.ts";
import { takesDown } from "./takes-down.ts";
import type { Target } from "./target.ts";

/**
 * Every process of a node dies at once.
 *
 * @param options.silent the link goes first, as when power fails: nobody hears a reset or a refusal.
 *   Otherwise the node's kernel still closes its sockets and refuses for a moment, as `docker kill`.
 */
export function killNode(target: Target, options: { readonly silent: boolean }): Fault {
  const kind = options.silent ? "silent-kill" : "kill";
  return {
    kind,
    title: `${options.silent ? "silent kill" : "kill"} of ${target.title}`,
    check: (topology) => target.check(topology),
    targets: (topology) => target.candidates(topology),
    takesDown: takesDown(target),
    prepare: (deployment) =>
      Promise.resolve({
        aim: () => target.find(deployment),
        inject: ({ atNs, journal }) => {
          const id = target.find(deployment);
          const running = deployment.node(id);
          const intent = { fault: kind, target: id, undo: `start node ${id}` };
          return injectWithJournal(journal, intent, {
            act: () =>
              running.kill({ silent: options.silent, ...(atNs === undefined ? {} : { atNs }) }),
            verify: async () => {
              const seen = await running.inspect();
              return {
                active: seen.running === 0 && !seen.connected,
                evidence: `${id}: ${seen.running} processes run, link ${seen.connected ? "up" : "cut"}`,
              };
            },
            undo: () => running.start(),
          });
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
  };
}
