import { App } from "./cdk.ts";
import { ActivePassiveStack } from "./topologies/active-passive.ts";

/**
 * The app that `cdktf.json` names: writes each topology's Terraform configuration and its manifest
 * to `cdktf.out/stacks/<topology>/`.
 */
const app = new App();
new ActivePassiveStack(app);
app.synth();
