import { flushCompileCache } from "node:module";
import { eventLines } from "../event-lines.ts";
import type { TopologyNode } from "../../../stacks/topology.ts";
import { NodeAgent } from "./agent.ts";

/** The variable that carries the node's manifest entry as base64 JSON. */
const ENTRY_VARIABLE = "EVENKEEL_NODE";

/** The variable that says where the node agent tells an engine that all of the node runs. */
const READY_FILE_VARIABLE = "EVENKEEL_READY_FILE";

const encoded = process.env[ENTRY_VARIABLE];
if (encoded === undefined) {
  process.stderr.write(
    `${ENTRY_VARIABLE} is not set. It holds the node's entry of the topology manifest as base64 JSON; the environment sets it.\n`,
  );
  process.exit(64);
}
// The environment wrote it from a checked manifest.
const node = JSON.parse(Buffer.from(encoded, "base64").toString("utf8")) as TopologyNode;
delete process.env[ENTRY_VARIABLE];
const readyFile = process.env[READY_FILE_VARIABLE];
delete process.env[READY_FILE_VARIABLE];

const write = (line: string): void => void process.stdout.write(line);
const agent = new NodeAgent(node, eventLines(node.id, "agent", write), write, readyFile);

let stopping: Promise<never> | undefined;
const stop = (): void => {
  // A second signal must not cut short what the first one began.
  stopping ??= agent.stop().then(() => process.exit(0));
};
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
// Keeps the node up even when it has no processes of its own.
setInterval(() => undefined, 1 << 30);

agent.start().then(flushCompileCache, async (error: unknown) => {
  // Stopped before it was ready: what has been started ends in order all the same.
  await stopping;
  process.stderr.write(
    `node ${node.id}: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exit(1);
});
