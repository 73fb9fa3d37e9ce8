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
  for (const Stack of ALL_TOPOLOGIES) new Stack(app);
  app.synth();
} catch (error) {
  if (!(error instanceof FaultsInForce)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 64;
}
