import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { NamespaceEnvironment } from "../../../chaos/environment/namespace/namespace-environment.ts";
import { activeActive } from "../../../stacks/topologies/active-active.ts";
import { single } from "../../../stacks/topologies/single.ts";

const logDirectory = mkdtempSync(join(tmpdir(), "evenkeel-lab-"));
afterAll(() => rmSync(logDirectory, { recursive: true, force: true }));

// What scenarios run is tested by them.
test.each([activeActive().topology, single().topology])(
  "$id comes up, and its client is answered by every balancer",
  async (topology) => {
    const environment = new NamespaceEnvironment({ logDirectory });
    // Resolves when the client has reached each of them.
    await using deployment = await environment.deploy(topology);
    expect(deployment.topology).toEqual(topology);
  },
);
