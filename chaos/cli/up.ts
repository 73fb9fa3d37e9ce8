import type { Command } from "commander";
import { EXIT } from "../exit-code.ts";
import { WrongUse } from "../errors.ts";
import { askKeeper } from "../lab/keeper-client.ts";
import { labsUp } from "../lab/lab-place.ts";
import { renderStatus } from "../lab/render-status.ts";
import { startKeeper } from "../lab/start-keeper.ts";
import { requireLab } from "../setup/lab-requirements.ts";
import { thisMachine } from "../setup/machine.ts";
import { stopSignals } from "./stop-signals.ts";
import { topologyNamed } from "./topology-named.ts";

/** `evenkeel up`: starts a lab that stays. */
export function addUp(program: Command): void {
  program
    .command("up <topology-or-scenario>")
    .description("Start a topology as a lab that stays, to look around in and to break by hand.")
    .option("--quiet", "print nothing when it is up")
    .addHelpText(
      "after",
      `
It stays until "evenkeel down", as rootless network namespaces: no daemon, no root, no images.

Examples:
  evenkeel up active-passive
  evenkeel status
  evenkeel exec client -- curl -s http://198.18.7.10:8080/
  evenkeel inject silent-kill owner
  evenkeel down`,
    )
    .action(async (name: string, { quiet = false }: { readonly quiet?: boolean }) => {
      process.exitCode = await up(name, quiet);
    });
}

async function up(name: string, quiet: boolean): Promise<number> {
  const topology = await topologyNamed(name);
  if ((await labsUp()).includes(topology.id)) {
    throw new WrongUse(
      `A lab of ${topology.id} is up already`,
      `Look with "evenkeel status", or end it with "evenkeel down ${topology.id}".`,
    );
  }
  await requireLab([topology], thisMachine());
  const stop = stopSignals((message) => process.stderr.write(`\n${message}\n`), "ending the lab");
  try {
    await startKeeper(topology, stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    return EXIT.interrupted;
  } finally {
    stop.dispose();
  }
  if (quiet) return EXIT.pass;
  const { status } = await askKeeper(topology.id, { kind: "status" }, "status");
  process.stdout.write(renderStatus(status));
  return EXIT.pass;
}
