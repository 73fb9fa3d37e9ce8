import { spawn } from "node:child_process";
import { untilTime } from "../../environment/at-time.ts";
import type { Command, CommandDone, CommandRequest } from "./protocol.ts";

/** Runs commands at their time, and remembers what undoes them. */
export class Commands {
  readonly #undo = new Map<string, Command>();

  /** @throws Error for an undo that nobody has left, and for a program that is not there */
  async handle(request: CommandRequest): Promise<CommandDone> {
    if (request.kind === "undo") {
      const command = this.#undo.get(request.key);
      if (command === undefined) throw new Error(`Nothing is known that undoes ${request.key}.`);
      const done = await run(request.id, command);
      if (done.code === 0) this.#undo.delete(request.key);
      return done;
    }
    const { id, command, undo, atNs } = request;
    if (atNs !== null) await untilTime(BigInt(atNs));
    // First, so that it is not forgotten whatever happens.
    if (undo !== null) this.#undo.set(undo.key, undo.command);
    return run(id, command);
  }

  /** Undoes what has not been undone, in reverse order; what fails does not keep the rest. */
  async undoAll(): Promise<void> {
    for (const [key, command] of [...this.#undo].toReversed()) {
      this.#undo.delete(key);
      await run(0, command).catch(() => undefined);
    }
  }
}

function run(id: number, { argv, input = "" }: Command): Promise<CommandDone> {
  const [program = "", ...rest] = argv;
  const from = process.hrtime.bigint();
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { stdio: "pipe" });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    }
    // It may have ended without reading.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    child.once("error", reject);
    child.once("close", (code) => {
      const to = process.hrtime.bigint();
      resolve({ kind: "done", id, fromNs: from.toString(), toNs: to.toString(), code, output });
    });
  });
}
