import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import type { RunningNode, SpawnOptions } from "../../../../chaos/environment/environment.ts";
import {
  CommandClient,
  succeeded,
  type Ran,
} from "../../../../chaos/faults/command/command-client.ts";
import { FaultError } from "../../../../chaos/faults/fault.ts";
import { FakeProgram } from "../../load/fake-program.ts";

async function started(): Promise<{
  readonly program: FakeProgram;
  readonly client: CommandClient;
  readonly rights: SpawnOptions["networkAdmin"];
}> {
  const program = new FakeProgram();
  let rights: SpawnOptions["networkAdmin"];
  const node = program.node;
  const spawn: RunningNode["spawn"] = (argv, options) => {
    rights = options?.networkAdmin;
    return node.spawn(argv, options);
  };
  const starting = CommandClient.start({ ...node, spawn }, { networkAdmin: true });
  await turn();
  program.say({ kind: "ready" });
  return { program, client: await starting, rights };
}

test("its program has the rights that it is to have", async () => {
  const { program, rights } = await started();
  expect(program.argv).toEqual(["evenkeel-command"]);
  expect(rights).toBe(true);
});

test("a command is sent with what undoes it, and its end is told with the time between both stamps", async () => {
  const { program, client } = await started();
  const command = { argv: ["nft", "-f", "-"], input: "add table inet one\n" };
  const undo = { key: "one", command: { argv: ["nft", "delete", "table", "inet", "one"] } };
  const running = client.run(command, { undo, atNs: 5n });
  const undoing = client.undo("one");
  await turn();
  expect(program.written).toEqual([
    { id: 1, kind: "run", command, undo, atNs: "5" },
    { id: 2, kind: "undo", key: "one" },
  ]);
  program.say({ kind: "done", id: 2, fromNs: "300", toNs: "400", code: null, output: "" });
  program.say({ kind: "done", id: 1, fromNs: "100", toNs: "200", code: 0, output: "done" });
  const moment = { monotonicNs: 150n, uncertaintyNs: 50n };
  expect(await running).toEqual({ moment, code: 0, output: "done" });
  expect((await undoing).code).toBeNull();
});

test("a command that did not end well is an error with what it wrote", () => {
  const moment = { monotonicNs: 1n, uncertaintyNs: 0n };
  const ran: Ran = { moment, code: 1, output: "Error: Operation not permitted\n" };
  expect(succeeded({ ...ran, code: 0 }, "node app-1: nft", "Look.").code).toBe(0);
  expect(() => succeeded(ran, "node app-1: nft", "Look at the node.")).toThrow(FaultError);
  expect(() => succeeded(ran, "node app-1: nft", "Look at the node.")).toThrow(
    "node app-1: nft ended with code 1: Error: Operation not permitted. Look at the node.",
  );
});
