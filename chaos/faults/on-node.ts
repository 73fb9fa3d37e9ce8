import type {
  AtOptions,
  Deployment,
  Moment,
  NodeInspection,
  RunningNode,
} from "../environment/environment.ts";
import type { Fault, Verification } from "./fault.ts";
import { injectWithJournal } from "./injected.ts";
import { takesDown } from "./takes-down.ts";
import type { Target } from "./target.ts";

/** A fault that the environment itself makes of one node, and takes away. */
export interface NodeFault {
  /** A stable name: `pause`. */
  readonly kind: string;
  /** What happens, for people; the target follows: `freeze of`. */
  readonly title: string;
  /** What of the node it holds, so that another such fault is refused. @default nothing */
  readonly holds?: string;
  /** Undoing it starts the node anew. @default false */
  readonly restarts?: boolean;
  /** Checks what it names beside its target. @default nothing */
  readonly check?: Fault["check"];
  /** @default whichever node the target turns out to be */
  readonly takesDown?: Fault["takesDown"];
  /** @param at when it is to take effect, if not at once */
  readonly act: (node: RunningNode, at: AtOptions) => Promise<Moment>;
  /** Looks whether it is really active. */
  readonly verify: (seen: InjectedNode) => Promise<Verification>;
  /** How it is undone, for people, with the node's id, and what does it; null when nothing is left to undo. */
  readonly undo: {
    readonly title: (id: string) => string;
    readonly act: (node: RunningNode) => Promise<Moment>;
  } | null;
}

/** A node to which something was done. */
export interface InjectedNode {
  readonly id: string;
  readonly node: RunningNode;
  readonly deployment: Deployment;
  /** When it took effect: what was seen before is no evidence. */
  readonly moment: Moment;
}

/** A fault from what `NodeFault` says, on whichever node the target is when it is injected. */
export function faultOnNode(target: Target, wanted: NodeFault): Fault {
  const { kind, undo } = wanted;
  return {
    kind,
    title: `${wanted.title} ${target.title}`,
    check: (topology) => {
      target.check(topology);
      wanted.check?.(topology);
    },
    targets: (topology) => target.candidates(topology),
    takesDown: wanted.takesDown ?? takesDown(target),
    prepare: (deployment) =>
      Promise.resolve({
        aim: () => target.find(deployment),
        inject: ({ atNs, journal }) => {
          const id = target.find(deployment);
          const node = deployment.node(id);
          const intent = {
            fault: kind,
            target: id,
            undo: undo?.title(id) ?? "nothing",
            ...(wanted.holds === undefined ? {} : { holds: wanted.holds }),
            ...(wanted.restarts === undefined ? {} : { restarts: wanted.restarts }),
          };
          return injectWithJournal(journal, intent, {
            act: () => wanted.act(node, atNs === undefined ? {} : { atNs }),
            verify: (moment) => wanted.verify({ id, node, deployment, moment }),
            undo: () => undo?.act(node) ?? Promise.resolve(now()),
          });
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
  };
}

/** What was seen of a node, in words: `lb-a: 0 processes run, link cut`. */
export function linkAndProcesses(id: string, { running, connected }: NodeInspection): string {
  return `${id}: ${running} processes run, link ${connected ? "up" : "cut"}`;
}

function now(): Moment {
  return { monotonicNs: process.hrtime.bigint(), uncertaintyNs: 0n };
}
