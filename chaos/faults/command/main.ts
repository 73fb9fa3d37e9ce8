import { LineSplitter } from "../../environment/lines.ts";
import { Commands } from "./commands.ts";
import type { CommandRequest } from "./protocol.ts";

/**
 * Runs commands inside a node, as it is told line by line. Ends with its standard input, and undoes then
 * what has not been undone: the engine may have died.
 */
const commands = new Commands();
const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

const lines = new LineSplitter((line) => {
  void (async () => {
    const request = JSON.parse(line) as CommandRequest;
    try {
      say(await commands.handle(request));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      say({ kind: "failed", id: request.id, message });
    }
  })();
});
process.stdin.setEncoding("utf8").on("data", (text: string) => lines.push(text));
process.stdin.once("end", () => void commands.undoAll().then(() => process.exit()));
// Nobody reads any more; its input ends too.
process.stdout.on("error", () => undefined);
say({ kind: "ready" });
