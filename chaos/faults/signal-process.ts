import type { TimelineEvent, ToldSignal } from "../environment/environment.ts";
import type { Fault } from "./fault.ts";
import { faultOnProcess } from "./on-process.ts";
import type { Target } from "./target.ts";
import { toldSince } from "./told-since.ts";

/**
 * An operator tells one process of a node a signal, such as SIGHUP to a balancer, which then reads its
 * configuration again. There is nothing to heal.
 *
 * @param told the event of that node that shows that the process has heard it. @default - none: it is
 *   enough that the node lives on
 */
export function signalProcess(
  target: Target,
  process_: string,
  signal: ToldSignal,
  told?: TimelineEvent["type"],
): Fault {
  return faultOnProcess(target, process_, {
    kind: "signal-process",
    title: `${signal} to`,
    takesDown: () => [],
    act: (node, at) => node.signalProcess(process_, signal, at),
    verify: async ({ id, node, deployment, moment }) => {
      if (told === undefined) {
        const { running } = await node.inspect();
        return { active: running > 0, evidence: `${id}: ${running} processes run on` };
      }
      const event = await toldSince(deployment, moment, {
        matches: (told_) => told_.node === id && told_.type === told,
        waitingFor: `"${told}" of ${id}`,
      });
      return event === null
        ? { active: false, evidence: `${id} did not tell "${told}"` }
        : { active: true, evidence: `${id} told "${told}" at ${event.monotonicNs} ns` };
    },
    undo: null,
  });
}
