import type Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { IMAGE_NAMES } from "../../../../stacks/topology.ts";
import { smallTopology } from "../small-topology.ts";
import { deployContainers, elsewhere, engineUnderTest, leftovers } from "./containers.ts";

const { docker, missing } = await engineUnderTest();

const IMAGE = "evenkeel/test-own-image";
const SERVER = `require("node:http").createServer((_, response) => response.end("mine")).listen(8080, "0.0.0.0")`;

/** An image that holds none of our programs. */
async function makeImage(from: Docker): Promise<void> {
  const removal = await from.createContainer({
    Image: IMAGE_NAMES.node,
    Cmd: ["sh", "-c", 'rm "$(command -v evenkeel-hand)" "$(command -v evenkeel-agent)"'],
    Entrypoint: [],
    User: "0",
  });
  try {
    await removal.start();
    expect(await removal.wait()).toMatchObject({ StatusCode: 0 });
    await removal.commit({ repo: IMAGE, tag: "latest" });
  } finally {
    await removal.remove({ force: true });
  }
}

describe.skipIf(missing !== null)(
  `nodes of an image of one's own${missing === null ? "" : ` (${missing})`}`,
  () => {
    beforeAll(() => makeImage(docker));
    afterAll(() => docker.getImage(IMAGE).remove({ force: true }));

    test("are joined and hurt like others, also when the first container is one of theirs", async () => {
      const topology = elsewhere(smallTopology({ startedBy: "image", processes: [] }));
      expect(topology.nodes[0]).toMatchObject({ id: "app-1", startedBy: "image" });
      const own = { image: IMAGE, command: ["node", "-e", SERVER] };
      {
        await using deployment = await deployContainers(docker, topology, undefined, own);
        const node = deployment.node("app-1");
        expect(await node.inspect()).toMatchObject({ connected: true });
        await node.kill();
        expect(await node.inspect()).toMatchObject({ running: 0 });
        await node.start();
        expect((await node.inspect()).running).toBeGreaterThan(0);
      }
      expect(await leftovers(docker, topology.id)).toEqual([]);
    });
  },
);
