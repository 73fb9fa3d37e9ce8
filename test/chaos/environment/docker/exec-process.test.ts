import { PassThrough } from "node:stream";
import { expect, test, vi } from "vitest";
import { ExecProcess } from "../../../../chaos/environment/docker/exec-process.ts";
import type { SpawnOptions } from "../../../../chaos/environment/environment.ts";
import type { ExecSession } from "../../../../chaos/environment/docker/engine.ts";
import type { HandClient } from "../../../../chaos/environment/docker/hand-client.ts";
import { piece } from "./piece.ts";

type Seen = Awaited<ReturnType<ExecSession["inspect"]>>;

// Nothing is asked of it here.
const hand = {} as HandClient;
const TELLS_MS = 40;

/** A line on standard error, as the engine sends it. */
const onStderr = (line: string): Buffer => piece("stderr", `${line}\n`);

/** A program of which the engine says this; its shell has said that it runs. */
function started(seen: () => Seen, options: SpawnOptions = {}) {
  const { stream, program } = asked(seen, options);
  stream.write(onStderr("evenkeel: started"));
  return { stream, program };
}

/** A program that the engine was asked to start. */
function asked(seen: () => Seen, options: SpawnOptions = {}) {
  const stream = new PassThrough();
  const session: ExecSession = { stream, inspect: () => Promise.resolve(seen()) };
  return { stream, program: new ExecProcess(session, hand, options, TELLS_MS) };
}

test("the end of a program is told with its code, once its streams have ended", async () => {
  let running = true;
  const { stream, program } = started(() => ({ running, pid: 7, exitCode: running ? null : 3 }));
  await program.started();
  running = false;
  stream.end();
  expect(await program.exited).toEqual({ code: 3, signal: null });
});

test("a program that ended before anybody listened has ended", async () => {
  const stream = new PassThrough();
  stream.destroy();
  await new Promise((resolve) => stream.once("close", resolve));
  const seen = { running: false, pid: 7, exitCode: 137 };
  const session = { stream, inspect: () => Promise.resolve(seen) };
  const program = new ExecProcess(session, hand, {}, TELLS_MS);
  expect(await program.exited).toEqual({ code: null, signal: "SIGKILL" });
});

test("a program that the engine calls running for ever, though its streams have ended, has ended", async () => {
  const { stream, program } = started(() => ({ running: true, pid: 7, exitCode: null }));
  const begin = performance.now();
  stream.end();
  expect(await program.exited).toEqual({ code: null, signal: null });
  expect(performance.now() - begin).toBeGreaterThanOrEqual(TELLS_MS - 1);
  expect(performance.now() - begin).toBeLessThan(5_000);
});

test("a program has not started while its process is still the engine's own, though it has a number", async () => {
  const { stream, program } = asked(() => ({ running: true, pid: 7, exitCode: null }));
  let isStarted = false;
  const start = program.started().then(() => (isStarted = true));
  for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
  expect(isStarted).toBe(false);
  stream.write(onStderr("evenkeel: started"));
  await start;
});

test("only the first word of the shell is kept back; what the program says itself is heard", async () => {
  const heard: string[] = [];
  const options = { onStderr: (line: string) => heard.push(line) };
  const { stream, program } = started(() => ({ running: true, pid: 7, exitCode: null }), options);
  await program.started();
  stream.write(onStderr("evenkeel: started"));
  stream.write(onStderr("bad"));
  await vi.waitFor(() => expect(heard).toEqual(["evenkeel: started", "bad"]));
});

test("a program that ends without its shell having run has ended", async () => {
  const heard: string[] = [];
  const options = { onStderr: (line: string) => heard.push(line) };
  const { stream, program } = asked(() => ({ running: false, pid: 0, exitCode: 126 }), options);
  stream.end(onStderr("no such shell"));
  await program.started();
  expect(await program.exited).toEqual({ code: 126, signal: null });
  expect(heard).toEqual(["no such shell"]);
});

test("a program whose shell never runs is an error that says so", async () => {
  const { program } = asked(() => ({ running: true, pid: 7, exitCode: null }));
  await expect(program.started()).rejects.toThrow(
    /The engine has not started a program within 40 ms\. Look at the engine's own log/,
  );
});

test("a program that the engine never starts is an error that says so", async () => {
  const { program } = started(() => ({ running: true, pid: 0, exitCode: null }));
  await expect(program.started()).rejects.toThrow(
    /The engine has not started a program within 40 ms\. Look at the engine's own log/,
  );
});

test("a program whose streams never end is let go of, and then it has ended", async () => {
  const { stream, program } = started(() => ({ running: true, pid: 7, exitCode: null }));
  await program.started();
  program.letGo();
  await program.exited;
  expect(stream.destroyed).toBe(true);
});
