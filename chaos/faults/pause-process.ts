import type { Fault } from "./fault.ts";
import { faultOnProcess } from "./on-process.ts";
import type { Target } from "./target.ts";

/**
 * One process of a node is frozen (SIGSTOP), with its children: its port still accepts, because the
 * kernel does that, and nothing is answered. Healed, it goes on where it was.
 */
export function pauseProcess(target: Target, process_: string): Fault {
  return faultOnProcess(target, process_, {
    kind: "pause-process",
    holds: `running of ${process_}`,
    title: "freeze of",
    act: (node, at) => node.pauseProcess(process_, at),
    verify: async ({ id, node }) => {
      const { running, stopped } = await node.inspect();
      return {
        active: stopped > 0,
        evidence: `${id}: ${stopped} processes are frozen, ${running} run`,
      };
    },
    undo: {
      title: (id) => `wake ${process_} on ${id}`,
      act: (node) => node.resumeProcess(process_),
    },
  });
}
