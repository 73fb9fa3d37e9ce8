import type {
  Deployment,
  Moment,
  RunningNode,
  SpawnOptions,
} from "../../environment/environment.ts";
import { FaultError } from "../fault.ts";
import { NodeProgram } from "../node-program.ts";
import type { Target } from "../target.ts";
import type { Command, CommandDone, CommandRequest } from "./protocol.ts";

/** Commands take milliseconds, on a machine that may be busy for some seconds. */
const ANSWER_MS = 15_000;

/** A command that has ended. */
export interface Ran {
  readonly moment: Moment;
  readonly code: number | null;
  readonly output: string;
}

type WithoutId<T> = T extends { readonly id: number } ? Omit<T, "id"> : never;

/** Rights that commands need beyond those of the node's own programs. */
export type CommandRights = Pick<SpawnOptions, "networkAdmin">;

/** Runs commands inside a node. Disposing undoes what was not undone. */
export class CommandClient implements AsyncDisposable {
  readonly #program: NodeProgram<CommandDone>;

  private constructor(program: NodeProgram<CommandDone>) {
    this.#program = program;
  }

  /** Starts the program that runs them; resolves when it is ready. @throws FaultError */
  static async start(node: RunningNode, rights: CommandRights = {}): Promise<CommandClient> {
    const title = "The program that runs commands";
    return new CommandClient(await NodeProgram.start(node, ["evenkeel-command"], title, rights));
  }

  /**
   * Runs a command; how it ends is no error.
   *
   * @param undo run by `undo` with that key, and at the latest when the program ends
   * @throws FaultError when it cannot be run, or the program has ended, as it does with its node
   */
  run(
    command: Command,
    options: {
      readonly undo?: { readonly key: string; readonly command: Command };
      readonly atNs?: bigint;
    } = {},
  ): Promise<Ran> {
    const { undo = null, atNs } = options;
    const request = { kind: "run", command, undo, atNs: atNs?.toString() ?? null } as const;
    return this.#ask(request, command.argv.join(" "), atNs);
  }

  /** Runs what undoes the command of that key. @throws FaultError */
  undo(key: string): Promise<Ran> {
    return this.#ask({ kind: "undo", key }, `the undoing of ${key}`);
  }

  async #ask(request: WithoutId<CommandRequest>, what: string, atNs?: bigint): Promise<Ran> {
    const at = atNs === undefined ? {} : { atNs };
    const done = await this.#program.ask(request, { what, answerMs: ANSWER_MS, ...at });
    const [from, to] = [BigInt(done.fromNs), BigInt(done.toNs)];
    const middle = (from + to) / 2n;
    const { code, output } = done;
    return { moment: { monotonicNs: middle, uncertaintyNs: to - middle }, code, output };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#program[Symbol.asyncDispose]();
  }
}

/** A program that runs commands on every node that a target may turn out to be. Disposing ends them. */
export async function commandClients(
  deployment: Deployment,
  target: Target,
  rights: CommandRights,
): Promise<AsyncDisposable & { readonly on: (nodeId: string) => CommandClient }> {
  await using started = new AsyncDisposableStack();
  const clients = new Map<string, CommandClient>();
  for (const id of target.candidates(deployment.topology)) {
    clients.set(id, started.use(await CommandClient.start(deployment.node(id), rights)));
  }
  const kept = started.move();
  return {
    on: (nodeId) => {
      const client = clients.get(nodeId);
      if (client !== undefined) return client;
      throw new FaultError(`Nothing was prepared on node ${nodeId}`, "Name it as a target.");
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** @throws FaultError unless it ended well @param what `node lb-a: packet rules` */
export function succeeded(ran: Ran, what: string, next: string): Ran {
  if (ran.code === 0) return ran;
  const told = ran.output.trim().slice(0, 500);
  throw new FaultError(`${what} ended with code ${ran.code}: ${told}`, next);
}
