import { LineSplitter } from "../../environment/lines.ts";
import { call } from "./call.ts";
import type { CallRequest } from "./protocol.ts";

/** Sends HTTP requests from inside a node, as it is told line by line; ends with its standard input. */
const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

const lines = new LineSplitter((line) => {
  void (async () => {
    const request = JSON.parse(line) as CallRequest;
    try {
      say(await call(request));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      say({ kind: "failed", id: request.id, message });
    }
  })();
});
process.stdin.setEncoding("utf8").on("data", (text: string) => lines.push(text));
process.stdin.once("end", () => process.exit());
// The runner is gone: nobody reads any more.
process.stdout.on("error", () => process.exit());
say({ kind: "ready" });
