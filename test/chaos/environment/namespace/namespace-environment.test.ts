import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { NamespaceEnvironment } from "../../../../chaos/environment/namespace/namespace-environment.ts";
import { smallTopology } from "../small-topology.ts";

test("a topology with a program of an image is refused before anything is made, and told where it runs", async () => {
  const topology = smallTopology();
  const nodes = topology.nodes.map((node, index) =>
    index === 0 ? { ...node, startedBy: "image" as const } : node,
  );
  const logDirectory = "/tmp/evenkeel-never-made";
  const environment = new NamespaceEnvironment({ logDirectory });
  await expect(environment.deploy({ ...topology, nodes })).rejects.toThrow(
    /small cannot run in namespaces: app-1 run.*--environment docker --topology small/,
  );
  expect(existsSync(logDirectory)).toBe(false);
});
