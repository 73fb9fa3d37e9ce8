import { nodeOf } from "../../stacks/topology.ts";
import { UnknownName } from "../environment/errors.ts";
import type { Fault } from "./fault.ts";
import { injectWithJournal } from "./injected.ts";
import { processTakesDown } from "./takes-down.ts";
import type { Target } from "./target.ts";

/**
 * One process of a node is frozen (SIGSTOP), with its children: its port still accepts, because the
 * kernel does that, and nothing is answered. Healed, it goes on where it was.
 */
export function pauseProcess(target: Target, process_: string): Fault {
  return {
    kind: "pause-process",
    title: `freeze of process ${process_} on ${target.title}`,
    check: (topology) => {
      target.check(topology);
      for (const id of target.candidates(topology)) {
        const known = nodeOf(topology, id).processes.map(({ name }) => name);
        if (!known.includes(process_)) {
          throw new UnknownName(`process on node ${id}`, process_, known);
        }
      }
    },
    targets: (topology) => target.candidates(topology),
    takesDown: processTakesDown(target, process_),
    prepare: (deployment) =>
      Promise.resolve({
        aim: () => target.find(deployment),
        inject: ({ atNs, journal }) => {
          const id = target.find(deployment);
          const running = deployment.node(id);
          const intent = { fault: "pause-process", target: id, undo: `wake ${process_} on ${id}` };
          return injectWithJournal(journal, intent, {
            act: () => running.pauseProcess(process_, atNs === undefined ? {} : { atNs }),
            verify: async () => {
              const { running: awake, stopped } = await running.inspect();
              return {
                active: stopped > 0,
                evidence: `${id}: ${stopped} processes are frozen, ${awake} run`,
              };
            },
            undo: () => running.resumeProcess(process_),
          });
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
  };
}
