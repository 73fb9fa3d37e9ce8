import { readFileSync } from "node:fs";
import { LineSplitter } from "../../lines.ts";
import { Hand } from "./hand.ts";
import type { HandMessage, HandRequest } from "./protocol.ts";

/**
 * The program of the helper container: the runner's hand on the engine's machine, in the network and
 * the process namespace of that machine. It ends with its standard input.
 */
const say = (message: HandMessage): void =>
  void process.stdout.write(`${JSON.stringify(message)}\n`);

const hand = new Hand();

async function handle({ id, action, atNs }: HandRequest): Promise<void> {
  try {
    const { from, to, findings } = await hand.act(action, atNs === null ? null : BigInt(atNs));
    say({ kind: "done", id, fromNs: from.toString(), toNs: to.toString(), findings });
  } catch (error) {
    say({ kind: "failed", id, message: error instanceof Error ? error.message : String(error) });
  }
}

const lines = new LineSplitter((line) => void handle(JSON.parse(line) as HandRequest));
process.stdin.setEncoding("utf8").on("data", (text: string) => lines.push(text));
process.stdin.once("end", () => process.exit());
// The runner is gone: nobody reads any more.
process.stdout.on("error", () => process.exit());
say({ kind: "ready", bootId: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim() });
