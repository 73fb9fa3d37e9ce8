import { afterAll, beforeAll, describe } from "vitest";
import type { Deployment } from "../../../chaos/environment/environment.ts";
import { deployContainers, elsewhere, engineUnderTest } from "../environment/docker/containers.ts";
import { operatedTopology, operationContract } from "./operation-contract.ts";

const { docker, missing } = await engineUnderTest();

describe.skipIf(missing !== null)(`containers${missing === null ? "" : ` (${missing})`}`, () => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await deployContainers(docker, elsewhere(operatedTopology));
  });
  afterAll(async () => {
    // Undefined when `deployContainers` failed.
    await (deployment as Deployment | undefined)?.[Symbol.asyncDispose]();
  });

  operationContract(() => deployment);
});
