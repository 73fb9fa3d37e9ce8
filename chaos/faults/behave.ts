import { isDeepStrictEqual } from "node:util";
import type { Moment } from "../environment/environment.ts";
import { accepted, Callers } from "./call/callers.ts";
import type { Call, Called } from "./call/call-client.ts";
import type { Fault } from "./fault.ts";
import { injectWithJournal } from "./injected.ts";
import type { Target } from "./target.ts";
import { applicationOf } from "./behaviour/application-of.ts";
import { parseBehaviour, type Behaviour } from "./behaviour/behaviour.ts";
import { observe } from "./behaviour/observe.ts";

const PATH = "/behaviour";

/** What a misbehaviour is called. */
export interface BehaveNames {
  /** @default "misbehave" */
  readonly kind?: string;
  /** What happens, for people; the target follows. @default "misbehaviour of" */
  readonly title?: string;
}

/**
 * The sample application of a backend behaves otherwise than it should, while its process, its port
 * and its node are as ever. Healed, or when its process ends, it behaves well again.
 *
 * @throws InvalidBehaviour with every problem
 */
export function behave(target: Target, wanted: Behaviour, names: BehaveNames = {}): Fault {
  const behaviour = parseBehaviour(wanted);
  const { kind = "misbehave", title = "misbehaviour of" } = names;
  return {
    kind,
    title: `${title} ${target.title}`,
    check: (topology) => {
      target.check(topology);
      for (const id of target.candidates(topology)) applicationOf(topology, id);
    },
    targets: (topology) => target.candidates(topology),
    prepare: async (deployment) => {
      const callers = await Callers.start(deployment, target);
      return {
        aim: () => target.find(deployment),
        inject: ({ atNs, journal }) => {
          const id = target.find(deployment);
          const place = applicationOf(deployment.topology, id);
          const to = { socket: place.socket };
          const intent = {
            fault: kind,
            target: id,
            undo: `end the misbehaviour of ${id}`,
            holds: "behaviour",
          };
          return injectWithJournal(journal, intent, {
            act: async () => {
              const at = atNs === undefined ? {} : { atNs };
              const request = { to, method: "POST", path: PATH, body: behaviour, ...at };
              return accepted(await callers.call(id, request), `node ${id}: POST ${PATH}`).moment;
            },
            verify: async () => {
              const shown = await callers.call(id, { to, path: PATH });
              if (!inForce(shown, behaviour)) {
                return { active: false, evidence: `${id}: GET ${PATH} told ${shown.body.trim()}` };
              }
              const send = (call: Call): Promise<Called> => callers.call(id, call);
              const { active, evidence } = await observe({ send, port: place.port }, behaviour);
              return { active, evidence: `${id}: its behaviour is in force; ${evidence}` };
            },
            undo: async () => {
              const request = { to, method: "DELETE", path: PATH };
              return ended(await callers.callInAnyCase(id, request), id);
            },
          });
        },
        [Symbol.asyncDispose]: () => callers[Symbol.asyncDispose](),
      };
    },
  };
}

/** When a misbehaviour had ended: at the answer, or before, when nobody is there that could misbehave. */
function ended(called: Called | null, id: string): Moment {
  if (called === null) return { monotonicNs: process.hrtime.bigint(), uncertaintyNs: 0n };
  if (called.outcome === "refused") return called.moment;
  return accepted(called, `node ${id}: DELETE ${PATH}`).moment;
}

function inForce({ status, body }: Called, behaviour: Behaviour): boolean {
  if (status !== 200) return false;
  const shown = JSON.parse(body) as { readonly behaviour?: unknown };
  return isDeepStrictEqual(shown.behaviour, behaviour);
}
