import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import type { Deployment } from "../../../chaos/environment/environment.ts";
import { NamespaceEnvironment } from "../../../chaos/environment/namespace/namespace-environment.ts";
import { linkedTopology } from "./linked-topology.ts";
import { nodeNetworkContract } from "./node-network-contract.ts";
import { toxiproxyMissing } from "./toxiproxy-server.ts";

const missing = toxiproxyMissing();

describe.skipIf(missing !== null)(`a lab${missing === null ? "" : ` (${missing})`}`, () => {
  let directory = "";
  let deployment: Deployment;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "evenkeel-faults-"));
    const environment = new NamespaceEnvironment({ logDirectory: directory });
    deployment = await environment.deploy(linkedTopology());
  });
  afterAll(async () => {
    // Undefined when `deploy` failed.
    await (deployment as Deployment | undefined)?.[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true, force: true });
  });

  nodeNetworkContract(() => deployment);
});
