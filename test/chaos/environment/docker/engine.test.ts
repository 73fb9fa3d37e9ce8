import { PassThrough } from "node:stream";
import type Docker from "dockerode";
import type { ExecCreateOptions } from "dockerode";
import { expect, test } from "vitest";
import { Engine } from "../../../../chaos/environment/docker/engine.ts";

/** An engine that writes down which programs it is to start. */
function engine(): { readonly engine: Engine; readonly asked: ExecCreateOptions[] } {
  const asked: ExecCreateOptions[] = [];
  const container = {
    exec: (options: ExecCreateOptions) => {
      asked.push(options);
      return Promise.resolve({ start: () => Promise.resolve(new PassThrough()) });
    },
  };
  // Nothing else is asked of it.
  const docker = { getContainer: () => container } as unknown as Docker;
  return { engine: new Engine(docker), asked };
}

test("a program in a container has more rights than the container only when it is told to", async () => {
  const { engine: subject, asked } = engine();
  await subject.exec("abc", ["evenkeel-call"], { EVENKEEL_NODE_ID: "app-1" });
  await subject.exec("abc", ["evenkeel-command"], {}, true);
  expect(asked.map(({ Cmd, Env, Privileged }) => ({ Cmd, Env, Privileged }))).toEqual([
    { Cmd: ["evenkeel-call"], Env: ["EVENKEEL_NODE_ID=app-1"], Privileged: false },
    { Cmd: ["evenkeel-command"], Env: [], Privileged: true },
  ]);
});
