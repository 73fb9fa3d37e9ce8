import { expect, test } from "vitest";
import { FaultError } from "../../../chaos/faults/fault.ts";
import { NodeProgram } from "../../../chaos/faults/node-program.ts";
import { FakeProgram } from "../load/fake-program.ts";

const TITLE = "The program that waits";

test("a program that never says that it is ready is killed, and the error says so", async () => {
  const program = new FakeProgram();
  const begin = performance.now();
  const starting = NodeProgram.start(program.node, ["evenkeel-wait"], TITLE, {}, 50);
  program.complain("it is cold");
  await expect(starting).rejects.toThrow(
    "The program that waits was not ready on client within 50 ms: it is cold. The logs",
  );
  expect(performance.now() - begin).toBeGreaterThanOrEqual(49);
  expect(performance.now() - begin).toBeLessThan(5_000);
  expect(program.signals).toEqual(["SIGKILL"]);
});

test("a program that ends before it is ready is told with its last words", async () => {
  const program = new FakeProgram();
  const starting = NodeProgram.start(program.node, ["evenkeel-wait"], TITLE, {}, 10_000);
  program.complain("no such file");
  program.exit(1);
  await expect(starting).rejects.toThrow("The program that waits ended: no such file.");
});

test("a program that is ready is asked, and ends when it is let go of", async () => {
  const program = new FakeProgram();
  const starting = NodeProgram.start(program.node, ["evenkeel-wait"], TITLE);
  queueMicrotask(() => program.say({ kind: "ready" }));
  const started = await starting;
  const done = { kind: "done", id: 1, fromNs: "1", toNs: "2" };
  program.onWrite = () => program.say(done);
  expect(await started.ask({ kind: "look" }, { what: "look", answerMs: 10_000 })).toEqual(done);
  await started[Symbol.asyncDispose]();
  expect(program.signals).toEqual([]);
  await program.exited;
});

test("half a line instead of being ready is an error, and the program is killed", async () => {
  const program = new FakeProgram();
  const starting = NodeProgram.start(program.node, ["evenkeel-wait"], TITLE, {}, 10_000);
  expect(() => program.sayLine('{"kind":"rea')).not.toThrow();
  const error = await starting.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(FaultError);
  expect(String(error)).toContain(
    'The program that waits on client said what is no object in JSON: {"kind":"rea',
  );
  expect(program.signals).toEqual(["SIGKILL"]);
});

async function started(): Promise<{ program: FakeProgram; asked: NodeProgram<never> }> {
  const program = new FakeProgram();
  const starting = NodeProgram.start<never>(program.node, ["evenkeel-wait"], TITLE);
  queueMicrotask(() => program.say({ kind: "ready" }));
  return { program, asked: await starting };
}

test("half an answer is an error for whoever asked, and for whoever asks later", async () => {
  const { program, asked } = await started();
  const asking = asked.ask({ kind: "look" }, { what: "look", answerMs: 10_000 });
  expect(() => program.sayLine('{"kind":"done","id"')).not.toThrow();
  program.exit(137);
  const says = /said what is no object in JSON: \{"kind":"done","id"/;
  await expect(asking).rejects.toThrow(says);
  await program.exited;
  await expect(asked.ask({}, { what: "look", answerMs: 10_000 })).rejects.toThrow(says);
});

test("half a line of a program that was told to end says nothing of it", async () => {
  const { program, asked } = await started();
  const asking = asked.ask({ kind: "look" }, { what: "look", answerMs: 10_000 });
  const ending = asked[Symbol.asyncDispose]();
  program.complain("terminated");
  expect(() => program.sayLine('{"kind":"done","id"')).not.toThrow();
  await expect(asking).rejects.toThrow("The program that waits ended: terminated.");
  await ending;
});
