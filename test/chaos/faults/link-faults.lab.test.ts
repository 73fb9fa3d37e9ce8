import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { Deployment } from "../../../chaos/environment/environment.ts";
import { NamespaceEnvironment } from "../../../chaos/environment/namespace/namespace-environment.ts";
import { linkFaultContract } from "./link-fault-contract.ts";
import { linkedTopology } from "./linked-topology.ts";
import { toxiproxyMissing } from "./toxiproxy-server.ts";

const missing = toxiproxyMissing();

let directory = "";
let deployment: Deployment;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "evenkeel-faults-"));
  if (missing !== null) return;
  const environment = new NamespaceEnvironment({ logDirectory: directory });
  deployment = await environment.deploy(linkedTopology());
});
afterAll(async () => {
  // Undefined when `deploy` failed.
  await (deployment as Deployment | undefined)?.[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

linkFaultContract(() => deployment, missing);
