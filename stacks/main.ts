import { join } from "node:path";
import { App } from "./cdk.ts";
import { FaultsInForce, refuseWhileFaultsAreInForce } from "./live-lease.ts";
import { ALL_TOPOLOGIES } from "./topologies/all-topologies.ts";

/**
 * The app that `cdktf.json` names: writes each topology's Terraform configuration and its manifest
 * to `cdktf.out/stacks/<topology>/`.
 */
try {
  // First of all: Terraform would replace the very node that a fault has stopped.
  refuseWhileFaultsAreInForce(join(import.meta.dirname, ".."));
  const app = new App();
  const stacks = ALL_TOPOLOGIES.map((Stack) => new Stack(app));
  const refused = stacks.filter((stack) => stack.problems().length > 0);
  if (refused.length === 0) app.synth();
  else {
    const told = refused.flatMap((stack) => [`${stack.topologyId}:`, ...stack.problems()]);
    refuse(["These topologies cannot be deployed:", ...told].join("\n"));
  }
} catch (error) {
  if (!(error instanceof FaultsInForce)) throw error;
  refuse(error.message);
}

function refuse(why: string): void {
  process.stderr.write(`${why}\n`);
  process.exitCode = 64;
}
