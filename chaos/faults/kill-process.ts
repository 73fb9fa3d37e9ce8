import { nodeOf } from "../../stacks/topology.ts";
import { UnknownName } from "../environment/errors.ts";
import type { Fault } from "./fault.ts";
import { injectWithJournal } from "./injected.ts";
import type { Target } from "./target.ts";

/** How long the node agent may take to tell that a process ended. */
const EXIT_TOLD_MS = 1_000;

/**
 * One process of a node dies (SIGKILL); the node and its kernel live on, so that connections to it
 * are refused.
 */
export function killProcess(target: Target, process_: string): Fault {
  return {
    kind: "kill-process",
    title: `kill of process ${process_} on ${target.title}`,
    check: (topology) => {
      target.check(topology);
      const id = /^node (.+)$/.exec(target.title)?.[1];
      if (id === undefined) return;
      const known = nodeOf(topology, id).processes.map(({ name }) => name);
      if (!known.includes(process_))
        throw new UnknownName(`process on node ${id}`, process_, known);
    },
    prepare: (deployment) =>
      Promise.resolve({
        aim: () => target.find(deployment),
        inject: ({ atNs, journal }) => {
          const id = target.find(deployment);
          const running = deployment.node(id);
          const intent = { fault: "kill-process", target: id, undo: `restart node ${id}` };
          return injectWithJournal(journal, intent, {
            act: () => running.killProcess(process_, atNs === undefined ? {} : { atNs }),
            verify: async () => {
              const exit = await deployment.waitForEvent(
                (event) =>
                  event.node === id &&
                  event.type === "process.exited" &&
                  event.data["name"] === process_,
                { deadlineMs: EXIT_TOLD_MS, waitingFor: `the end of ${process_}`, node: id },
              );
              return {
                active: exit.data["signal"] === "SIGKILL",
                evidence: `${id}: ${process_} ended by ${String(exit.data["signal"])}`,
              };
            },
            undo: async () => {
              await running.kill();
              return running.start();
            },
          });
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
  };
}
