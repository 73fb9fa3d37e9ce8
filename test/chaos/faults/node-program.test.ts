import { expect, test } from "vitest";
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
