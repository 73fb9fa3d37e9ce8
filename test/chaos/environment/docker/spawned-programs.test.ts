import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import type { Engine, ExecSession } from "../../../../chaos/environment/docker/engine.ts";
import type { HandClient } from "../../../../chaos/environment/docker/hand-client.ts";
import { SpawnedPrograms } from "../../../../chaos/environment/docker/spawned-programs.ts";
import type { HandAction } from "../../../../chaos/environment/docker/hand/protocol.ts";
import { piece } from "./piece.ts";

/** A node whose programs have process number 7 and end by SIGKILL. */
function programs() {
  const asked: Record<string, string>[] = [];
  const streams: PassThrough[] = [];
  const actions: HandAction[] = [];
  const alive = new Set<PassThrough>();
  const engine = {
    exec: (_id: string, _argv: readonly string[], env: Record<string, string>) => {
      asked.push(env);
      const stream = new PassThrough();
      streams.push(stream);
      alive.add(stream);
      stream.write(piece("stderr", "evenkeel: started\n"));
      const inspect = () => Promise.resolve({ running: alive.has(stream), pid: 7, exitCode: null });
      return Promise.resolve({ stream, inspect } satisfies ExecSession);
    },
  };
  const hand = {
    ask: (action: HandAction) => {
      actions.push(action);
      for (const stream of alive) stream.destroy();
      alive.clear();
      return Promise.resolve({ fromNs: 0n, toNs: 0n, findings: {} });
    },
  };
  const subject = new SpawnedPrograms({
    nodeId: "app-1",
    containerId: "abc",
    // Nothing else is asked of either.
    engine: engine as unknown as Engine,
    hand: hand as unknown as HandClient,
  });
  return { subject, asked, streams, actions };
}

test("a program knows which node it runs in, beside what it was given", async () => {
  const { subject, asked } = programs();
  await subject.spawn(["true"], { env: { COLOUR: "red", EVENKEEL_NODE_ID: "other" } });
  expect(asked).toEqual([{ COLOUR: "red", EVENKEEL_NODE_ID: "app-1" }]);
});

test("leaving ends whatever runs, and nothing of it stays open", async () => {
  const { subject, streams, actions } = programs();
  const program = await subject.spawn(["sleep", "1000"], {});
  await subject.leave();
  await program.exited;
  expect(actions).toEqual([{ kind: "signal-one", pid: 7, signal: "SIGKILL" }]);
  expect(streams.every(({ destroyed }) => destroyed)).toBe(true);
});

test("what is spawned into a node that was let go of ends at once, and is an error", async () => {
  const { subject, streams } = programs();
  await subject.leave();
  await expect(subject.spawn(["sleep", "1000"], {})).rejects.toThrow(
    /Node app-1 was let go of\. Attach again\./,
  );
  expect(streams[0]?.destroyed).toBe(true);
});
