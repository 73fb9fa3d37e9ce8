import { setTimeout as sleep } from "node:timers/promises";
import { parseConfig, type ConfigInput } from "../../balancer/index.ts";
import type { Moment } from "../environment/environment.ts";
import { accepted, Callers } from "./call/callers.ts";
import type { Fault } from "./fault.ts";
import { injectWithJournal } from "./injected.ts";
import { balancerOf } from "./operation/balancer-of.ts";
import type { Target } from "./target.ts";

/** Many configurations one after the other. */
export interface ConfigSeries {
  /** What changes, for people: `members and weights`. */
  readonly title: string;
  /** From one to the next; one that takes longer puts the next one off. */
  readonly everyMs: number;
  /** Each makes its document from the first one; none may alter what it is given. */
  readonly changes: readonly ((document: ConfigInput) => ConfigInput)[];
}

/**
 * An operator gives a balancer one configuration after another, each as a whole document. It takes
 * effect with the first and is injected with the last. Healed, the balancer gets back the one that it had.
 */
export function applyConfigs(balancer: Target, { title, everyMs, changes }: ConfigSeries): Fault {
  const kind = "apply-configs";
  const path = "/config";
  return {
    kind,
    title: `${changes.length} configurations with other ${title} for ${balancer.title}`,
    check: (topology) => {
      balancer.check(topology);
      for (const id of balancer.candidates(topology)) {
        const { document } = balancerOf(topology, id);
        for (const change of changes) parseConfig(change(document as ConfigInput));
      }
    },
    targets: (topology) => balancer.candidates(topology),
    prepare: async (deployment) => {
      const callers = await Callers.start(deployment, balancer);
      return {
        aim: () => balancer.find(deployment),
        inject: async ({ atNs, journal }) => {
          const id = balancer.find(deployment);
          const to = { socket: balancerOf(deployment.topology, id).socket };
          const post = async (body: unknown, at: { readonly atNs?: bigint } = {}) => {
            const request = { to, method: "POST", path, body, ...at };
            return accepted(await callers.call(id, request), `node ${id}: POST ${path}`).moment;
          };
          const source = await callers.call(id, { to, method: "GET", path: `${path}/source` });
          const before = JSON.parse(accepted(source, `GET ${path}/source`).body) as ConfigInput;
          const intent = {
            fault: kind,
            target: id,
            undo: `apply the former configuration on ${id}`,
          };
          let applied = 0;
          return injectWithJournal(journal, intent, {
            act: async () => {
              let first: Moment | undefined;
              for (const change of changes) {
                const begin = performance.now();
                const moment = await post(
                  change(before),
                  atNs === undefined || first !== undefined ? {} : { atNs },
                );
                applied += 1;
                first ??= moment;
                await sleep(Math.max(0, everyMs - (performance.now() - begin)));
              }
              return first ?? { monotonicNs: process.hrtime.bigint(), uncertaintyNs: 0n };
            },
            verify: () =>
              Promise.resolve({
                active: applied > 0 && applied === changes.length,
                evidence: `${id} answered that it applied ${applied} of ${changes.length} configurations`,
              }),
            undo: async () => {
              const called = await callers.callInAnyCase(id, {
                to,
                method: "POST",
                path,
                body: before,
              });
              // Nobody is there who could remember it.
              if (called === null || called.outcome === "refused") {
                return { monotonicNs: process.hrtime.bigint(), uncertaintyNs: 0n };
              }
              return accepted(called, `node ${id}: POST ${path}`).moment;
            },
          });
        },
        [Symbol.asyncDispose]: () => callers[Symbol.asyncDispose](),
      };
    },
  };
}
