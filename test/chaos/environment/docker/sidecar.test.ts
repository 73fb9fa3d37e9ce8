import { PassThrough } from "node:stream";
import type Docker from "dockerode";
import type { ContainerCreateOptions } from "dockerode";
import { expect, test } from "vitest";
import { Engine } from "../../../../chaos/environment/docker/engine.ts";
import { startSidecar } from "../../../../chaos/environment/docker/sidecar.ts";

/** An engine that writes down which containers it is to make. */
function engine(): { readonly engine: Engine; readonly asked: ContainerCreateOptions[] } {
  const asked: ContainerCreateOptions[] = [];
  const container = {
    id: "side",
    inspect: () =>
      Promise.resolve({
        Image: "sha256:node",
        Config: { Labels: { "evenkeel.topology": "active-passive" } },
        State: { Running: true, Pid: 42, ExitCode: 0 },
      }),
    attach: () => Promise.resolve(new PassThrough()),
    start: () => Promise.resolve(),
  };
  const docker = {
    getContainer: () => container,
    createContainer: (options: ContainerCreateOptions) => {
      asked.push(options);
      return Promise.resolve(container);
    },
  };
  // Nothing else is asked of it.
  return { engine: new Engine(docker as unknown as Docker), asked };
}

test("what has rights over a node's network is beside the node, and has no other rights", async () => {
  const { engine: subject, asked } = engine();
  const argv = ["evenkeel-command"];
  const env = { EVENKEEL_NODE_ID: "app-1" };
  const session = await startSidecar(subject, { beside: "abc", argv, env });
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({
    Image: "sha256:node",
    Cmd: argv,
    Env: ["EVENKEEL_NODE_ID=app-1"],
    // So that whatever is left of it is found with the topology.
    Labels: { "evenkeel.hand": "active-passive" },
    HostConfig: {
      AutoRemove: true,
      NetworkMode: "container:abc",
      PidMode: "container:abc",
      CapDrop: ["ALL"],
      CapAdd: ["NET_ADMIN"],
    },
  });
  expect(await session.inspect()).toEqual({ running: true, pid: 42, exitCode: 0 });
});
