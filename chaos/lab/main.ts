import { rmSync } from "node:fs";
import { text } from "node:stream/consumers";
import type { Topology } from "../../stacks/topology.ts";
import { NamespaceEnvironment } from "../environment/namespace/namespace-environment.ts";
import { reasonOf } from "../errors.ts";
import { UndoJournalFile } from "../faults/undo-journal.ts";
import { serveKeeper } from "./keeper-server.ts";
import { LabKeeper } from "./lab-keeper.ts";
import { labPlace } from "./lab-place.ts";
import { outerPidOfNode } from "./outer-pid.ts";

/**
 * The keeper of a lab that stays: gets a manifest on standard input, runs it, says `ready` or what
 * went wrong on standard output, and from then on answers on its socket. It ends when it is told to,
 * on SIGTERM, and when the lab is lost; the lab ends with it, however that comes.
 */
const stopped = new AbortController();
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => stopped.abort());
// Whoever started it has left.
process.stdout.on("error", () => undefined);

async function keep(topology: Topology): Promise<void> {
  const place = labPlace(topology.id);
  const environment = new NamespaceEnvironment({ logDirectory: place.directory });
  await using journal = await UndoJournalFile.open(place.journal);
  await using deployment = await environment.deploy(topology, stopped.signal);
  await using keeper = new LabKeeper({
    deployment,
    journal,
    pidOf: (node) =>
      deployment.pid === undefined ? undefined : outerPidOfNode(deployment.pid, node),
  });
  const server = await serveKeeper(place.socket, keeper, () => stopped.abort());
  deployment.lost.addEventListener("abort", () => {
    process.stderr.write(`${reasonOf(deployment.lost.reason)}\n`);
    // One node that ended may be looked at and started again; without the lab there is nothing to keep.
    deployment
      .node(topology.nodes[0]?.id ?? "")
      .inspect()
      .catch(() => stopped.abort());
  });
  process.stdout.write("ready\n");
  await new Promise<void>((resolve) => {
    if (stopped.signal.aborted) resolve();
    stopped.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  server.close();
  rmSync(place.socket, { force: true });
}

void (async () => {
  try {
    await keep(JSON.parse(await text(process.stdin)) as Topology);
  } catch (error) {
    process.stdout.write(`${reasonOf(error)}\n`);
    process.exitCode = 1;
  }
})();
