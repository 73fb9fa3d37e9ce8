import { afterAll, beforeAll, describe } from "vitest";
import type { Deployment } from "../../../chaos/environment/environment.ts";
import { deployContainers, elsewhere, engineUnderTest } from "../environment/docker/containers.ts";

import { linkedTopology } from "./linked-topology.ts";
import { nodeNetworkContract } from "./node-network-contract.ts";

const { docker, missing } = await engineUnderTest();

describe.skipIf(missing !== null)(`containers${missing === null ? "" : ` (${missing})`}`, () => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await deployContainers(docker, elsewhere(linkedTopology()));
  });
  afterAll(async () => {
    // Undefined when `deployContainers` failed.
    await (deployment as Deployment | undefined)?.[Symbol.asyncDispose]();
  });

  nodeNetworkContract(() => deployment);
});
