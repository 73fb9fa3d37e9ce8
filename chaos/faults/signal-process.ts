import { nodeOf } from "../../stacks/topology.ts";
import type { TimelineEvent, ToldSignal } from "../environment/environment.ts";
import { UnknownName } from "../environment/errors.ts";
import type { Fault, Verification } from "./fault.ts";
import { injectWithJournal } from "./injected.ts";
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
  return {
    kind: "signal-process",
    title: `${signal} to process ${process_} on ${target.title}`,
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
    prepare: (deployment) =>
      Promise.resolve({
        aim: () => target.find(deployment),
        inject: ({ atNs, journal }) => {
          const id = target.find(deployment);
          const running = deployment.node(id);
          const intent = { fault: "signal-process", target: id, undo: "nothing" };
          return injectWithJournal(journal, intent, {
            act: () => running.signalProcess(process_, signal, atNs === undefined ? {} : { atNs }),
            verify: async (moment): Promise<Verification> => {
              if (told === undefined) {
                const { running: alive } = await running.inspect();
                return { active: alive > 0, evidence: `${id}: ${alive} processes run on` };
              }
              const event = await toldSince(deployment, moment, {
                matches: ({ node, type }) => node === id && type === told,
                waitingFor: `"${told}" of ${id}`,
              });
              return event === null
                ? { active: false, evidence: `${id} did not tell "${told}"` }
                : { active: true, evidence: `${id} told "${told}" at ${event.monotonicNs} ns` };
            },
            undo: () =>
              Promise.resolve({ monotonicNs: process.hrtime.bigint(), uncertaintyNs: 0n }),
          });
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
  };
}
