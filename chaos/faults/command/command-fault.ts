import type { Topology } from "../../../stacks/topology.ts";
import type { Deployment, Moment, RunningNode } from "../../environment/environment.ts";
import type { Fault, Verification } from "../fault.ts";
import { injectWithJournal } from "../injected.ts";
import type { Target } from "../target.ts";
import {
  CommandClient,
  commandClients,
  succeeded,
  type CommandRights,
  type Ran,
} from "./command-client.ts";
import type { Command } from "./protocol.ts";

/** A fault that a command inside a node makes, and another takes away. */
export interface CommandFault {
  /** A stable name: `lose-packets`. */
  readonly kind: string;
  /** What happens, for people; the target follows: `loss of 30 % of the packets of`. */
  readonly title: string;
  /** What undoes it, for people; the target follows: `remove the packet rules of`. */
  readonly undoTitle: string;
  /** What of the node it holds, so that another such fault is refused. @default nothing */
  readonly holds?: string;
  /** Checks what it names beside its target. */
  readonly check?: (topology: Topology) => void;
  /** @default - none beyond those of the node's own programs */
  readonly rights?: CommandRights;
  /** Tells whether the node can do it at all: it ends well only then. */
  readonly can: { readonly command: Command; readonly next: string };
  readonly act: (topology: Topology) => Command;
  /** Is run as often as asked for, whatever there is: it must end well. Null when nothing is left to undo. */
  readonly undo: Command | null;
  /** Looks whether it is really active, by commands of its own. */
  readonly verify: (seen: {
    readonly look: (command: Command) => Promise<Ran>;
    readonly acted: Ran;
    readonly deployment: Deployment;
    readonly id: string;
  }) => Promise<Verification>;
}

/** A fault from what `CommandFault` says. It ends at the latest with the engine, whatever becomes of that. */
export function faultByCommand(target: Target, wanted: CommandFault): Fault {
  const { kind, title, undoTitle, can, undo, rights = {} } = wanted;
  return {
    kind,
    title: `${title} ${target.title}`,
    check: (topology) => {
      target.check(topology);
      wanted.check?.(topology);
    },
    targets: (topology) => target.candidates(topology),
    prepare: async (deployment) => {
      await using preparing = new AsyncDisposableStack();
      const clients = preparing.use(await commandClients(deployment, target, rights));
      for (const id of target.candidates(deployment.topology)) {
        const tried = await clients.on(id).run(can.command);
        succeeded(tried, `Node ${id} cannot have the fault "${kind}": it`, can.next);
      }
      const kept = preparing.move();
      return {
        aim: () => target.find(deployment),
        inject: ({ atNs, journal }) => {
          const id = target.find(deployment);
          const client = clients.on(id);
          const command = wanted.act(deployment.topology);
          let acted: Ran | undefined;
          const intent = {
            fault: kind,
            target: id,
            undo: undo === null ? "nothing" : `${undoTitle} ${id}`,
            ...(wanted.holds === undefined ? {} : { holds: wanted.holds }),
          };
          return injectWithJournal(journal, intent, {
            act: async () => {
              const ran = await client.run(command, {
                ...(undo === null ? {} : { undo: { key: kind, command: undo } }),
                ...(atNs === undefined ? {} : { atNs }),
              });
              acted = succeeded(ran, `Node ${id}: ${command.argv.join(" ")}`, can.next);
              return ran.moment;
            },
            verify: async () => {
              if (acted === undefined)
                return { active: false, evidence: `${id}: nothing was done` };
              const look = (looked: Command): Promise<Ran> => client.run(looked);
              return await wanted.verify({ look, acted, deployment, id });
            },
            undo: () => {
              if (undo === null) return Promise.resolve(now());
              return undone({ node: deployment.node(id), client, key: kind, undo, rights });
            },
          });
        },
        [Symbol.asyncDispose]: () => kept.disposeAsync(),
      };
    },
  };
}

/** Undoes it by the program that did it, or by another when that has ended: nothing outlives a dead node. */
async function undone(by: {
  readonly node: RunningNode;
  readonly client: CommandClient;
  readonly key: string;
  readonly undo: Command;
  readonly rights: CommandRights;
}): Promise<Moment> {
  const { node, client, key, undo, rights } = by;
  const what = `Node ${node.id}: ${undo.argv.join(" ")}`;
  const next = "Look at the logs of the node in the run folder.";
  const first = await client.undo(key).catch(() => null);
  if (first !== null) return succeeded(first, what, next).moment;
  if ((await node.inspect()).running === 0) return now();
  await using anew = await CommandClient.start(node, rights);
  return succeeded(await anew.run(undo), what, next).moment;
}

function now(): Moment {
  return { monotonicNs: process.hrtime.bigint(), uncertaintyNs: 0n };
}
