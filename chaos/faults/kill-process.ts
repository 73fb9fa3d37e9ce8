import { nodeOf } from "../../stacks/topology.ts";
import { UnknownName } from "../environment/errors.ts";
import type { Fault } from "./fault.ts";
import { injectWithJournal } from "./injected.ts";
import { processTakesDown } from "./takes-down.ts";
import type { Target } from "./target.ts";
import { toldSince } from "./told-since.ts";

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
          const intent = { fault: "kill-process", target: id, undo: `restart node ${id}` };
          return injectWithJournal(journal, intent, {
            act: () => running.killProcess(process_, atNs === undefined ? {} : { atNs }),
            verify: async (moment) => {
              const exit = await toldSince(deployment, moment, {
                matches: ({ node, type, data }) =>
                  node === id && type === "process.exited" && data["name"] === process_,
                waitingFor: `the end of ${process_}`,
              });
              if (exit === null) {
                return { active: false, evidence: `${id} did not tell that ${process_} ended` };
              }
              const how = exit.data["signal"] ?? `code ${String(exit.data["code"])}`;
              return {
                active: how === "SIGKILL",
                evidence: `${id}: ${process_} ended by ${String(how)}`,
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
