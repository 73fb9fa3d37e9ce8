import { setTimeout as sleep } from "node:timers/promises";
import type { Deployment } from "../environment/environment.ts";
import { FaultError, type Fault } from "./fault.ts";
import { injectWithJournal } from "./injected.ts";
import { linkAndProcesses } from "./on-node.ts";
import { ownerOfAddress, type Target } from "./target.ts";

const LOOK_EVERY_MS = 5;

/**
 * A balancer that was dead comes back. It is killed silently before the steady state, so that its peer
 * serves; injected is its start. P1 is when it is ready again. Let go of before that, it is started all the
 * same.
 *
 * @param options.takeoverMs how long its peer may take to get the floating address
 */
export function returnNode(target: Target, options: { readonly takeoverMs: number }): Fault {
  return {
    kind: "return",
    title: `return of ${target.title}`,
    check: (topology) => target.check(topology),
    targets: (topology) => target.candidates(topology),
    takesDown: (topology) => [{ count: 1, of: target.candidates(topology), when: "before" }],
    prepare: async (deployment) => {
      const id = target.find(deployment);
      const running = deployment.node(id);
      const { running: alive, stopped } = await running.inspect();
      if (alive + stopped === 0) {
        throw new FaultError(
          `Node ${id} is dead already, and its return would be that of another fault`,
          "Heal what ended it first.",
        );
      }
      await running.kill({ silent: true });
      try {
        await untilPeerServes(deployment, id, options.takeoverMs);
      } catch (error) {
        // Nobody holds a fault that could be healed; why it failed is what counts.
        if (!deployment.lost.aborted) await running.start().catch(() => undefined);
        throw error;
      }
      let returned = false;
      return {
        aim: () => id,
        inject: ({ journal }) => {
          returned = true;
          const intent = { fault: "return", target: id, undo: `start node ${id}` };
          return injectWithJournal(journal, intent, {
            act: () => running.start(),
            verify: async () => {
              const seen = await running.inspect();
              return {
                active: seen.running > 0 && seen.connected,
                evidence: linkAndProcesses(id, seen),
              };
            },
            // A node that has come back is as it was.
            undo: () =>
              Promise.resolve({ monotonicNs: process.hrtime.bigint(), uncertaintyNs: 0n }),
          });
        },
        [Symbol.asyncDispose]: async () => {
          if (!returned && !deployment.lost.aborted) await running.start();
        },
      };
    },
  };
}

async function untilPeerServes(
  deployment: Deployment,
  id: string,
  patienceMs: number,
): Promise<void> {
  const patience = performance.now() + patienceMs;
  for (;;) {
    deployment.lost.throwIfAborted();
    const owner = ownerOfAddress(deployment);
    if (owner !== null && owner !== id) return;
    if (performance.now() > patience) {
      throw new FaultError(
        `Nobody took the floating address of ${id} within ${patienceMs} ms`,
        "Look at the balancers' keepalived logs in the run folder.",
      );
    }
    await sleep(LOOK_EVERY_MS);
  }
}
