import { untilTime } from "../../environment/at-time.ts";
import { LineSplitter } from "../../environment/lines.ts";
import { ToxiproxyPort } from "../toxiproxy.ts";
import { canary, type CanaryLook } from "./canary.ts";
import type { ToxicsAnswer, ToxicsRequest } from "./protocol.ts";

/** Drives Toxiproxy from inside the topology; ends with its standard input. */
const [url] = process.argv.slice(2);
if (url === undefined) {
  process.stderr.write(
    "usage: evenkeel-toxics URL\nURL is Toxiproxy's API: http://198.18.7.41:8474\n",
  );
  process.exit(64);
}
const port = new ToxiproxyPort(url);
const say = (answer: ToxicsAnswer): void =>
  void process.stdout.write(`${JSON.stringify(answer)}\n`);

async function handle(request: ToxicsRequest): Promise<CanaryLook | undefined> {
  switch (request.kind) {
    case "add":
      for (const { name, stream, toxic } of request.toxics) {
        await port.add(request.link, name, stream, toxic);
      }
      return undefined;
    case "remove":
      for (const name of request.names) await port.remove(request.link, name);
      return undefined;
    case "set-enabled":
      await port.setEnabled(request.link, request.enabled);
      return undefined;
    case "remove-all":
      await port.removeAll();
      return undefined;
    case "canary":
      return canary(request);
  }
}

const lines = new LineSplitter((line) => {
  const request = JSON.parse(line) as ToxicsRequest;
  void (async () => {
    try {
      if ("atNs" in request && request.atNs !== null) await untilTime(BigInt(request.atNs));
      const from = process.hrtime.bigint();
      const look = await handle(request);
      const to = process.hrtime.bigint();
      say({
        kind: "done",
        id: request.id,
        fromNs: from.toString(),
        toNs: to.toString(),
        ...(look === undefined ? {} : { look }),
      });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      say({ kind: "failed", id: request.id, message });
    }
  })();
});
process.stdin.setEncoding("utf8").on("data", (text: string) => lines.push(text));
process.stdin.once("end", () => process.exit());
say({ kind: "ready" });
