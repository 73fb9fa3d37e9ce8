import { join } from "node:path";
import { App } from "./cdk.ts";
import { FaultsInForce, refuseWhileFaultsAreInForce } from "./live-lease.ts";
import { ActiveActiveStack } from "./topologies/active-active.ts";
import { ActivePassiveStack } from "./topologies/active-passive.ts";
import { SingleStack } from "./topologies/single.ts";

/**
 * The app that `cdktf.json` names: writes each topology's Terraform configuration and its manifest
 * to `cdktf.out/stacks/<topology>/`. A topology of your own is one line more.
 */
try {
  // First of all: Terraform would replace the very node that a fault has stopped.
  refuseWhileFaultsAreInForce(join(import.meta.dirname, ".."));
  const app = new App();
  new ActivePassiveStack(app);
  new ActiveActiveStack(app);
  new SingleStack(app);
  app.synth();
} catch (error) {
  if (!(error instanceof FaultsInForce)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 64;
}
