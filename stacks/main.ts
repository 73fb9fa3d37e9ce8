import { App } from "./cdk.ts";
import { ALL_TOPOLOGIES } from "./topologies/all-topologies.ts";

/**
 * The app that `cdktf.json` names: writes each topology's Terraform configuration and its manifest
 * to `cdktf.out/stacks/<topology>/`.
 */
const app = new App();
for (const Stack of ALL_TOPOLOGIES) new Stack(app);
app.synth();
