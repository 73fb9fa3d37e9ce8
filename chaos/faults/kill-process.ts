import type { Fault } from "./fault.ts";
import { faultOnProcess } from "./on-process.ts";
import type { Target } from "./target.ts";
import { toldSince } from "./told-since.ts";

/**
 * One process of a node dies (SIGKILL); the node and its kernel live on, so that connections to it
 * are refused.
 */
export function killProcess(target: Target, process_: string): Fault {
  return faultOnProcess(target, process_, {
    kind: "kill-process",
    holds: `process ${process_}`,
    restarts: true,
    title: "kill of",
    act: (node, at) => node.killProcess(process_, at),
    verify: async ({ id, deployment, moment }) => {
      const exit = await toldSince(deployment, moment, {
        matches: ({ node, type, data }) =>
          node === id && type === "process.exited" && data["name"] === process_,
        waitingFor: `the end of ${process_}`,
      });
      if (exit === null) {
        return { active: false, evidence: `${id} did not tell that ${process_} ended` };
      }
      const how = exit.data["signal"] ?? `code ${String(exit.data["code"])}`;
      return { active: how === "SIGKILL", evidence: `${id}: ${process_} ended by ${String(how)}` };
    },
    undo: {
      title: (id) => `restart node ${id}`,
      act: async (node) => {
        await node.kill();
        return node.start();
      },
    },
  });
}
