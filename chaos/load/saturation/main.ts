import { LineSplitter } from "../../environment/lines.ts";
import type { StepDone, StepRequest } from "./protocol.ts";
import { saturationStep } from "./saturation-step.ts";

/** Saturates what it is told to, from inside a node, step by step; ends with its standard input. */
const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

const lines = new LineSplitter((line) => {
  void (async () => {
    const request = JSON.parse(line) as StepRequest;
    try {
      const fromNs = process.hrtime.bigint().toString();
      const seen = await saturationStep(request);
      const toNs = process.hrtime.bigint().toString();
      say({ kind: "done", id: request.id, fromNs, toNs, ...seen } satisfies StepDone);
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
