import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { fakePrograms, type FakePrograms } from "./fake-programs.ts";
import { runs } from "./running.ts";

/** Longer than any test: who is still there then was not ended. */
const LONG = "/bin/sleep 120";

/** Starts a child that has nothing to do with its output, and notes its process id. */
const WITH_CHILD = `
${LONG} > /dev/null 2>&1 &
echo $! > "$0.new"; /bin/mv "$0.new" "$0.pid"
wait`;

/** Process id that a script noted, once it has. */
async function notedBy(fake: FakePrograms, name: string): Promise<number> {
  const file = join(fake.folder, `${name}.pid`);
  await vi.waitFor(() => expect(existsSync(file)).toBe(true), { timeout: 5_000 });
  return Number(readFileSync(file, "utf8"));
}

async function untilGone(pid: number): Promise<void> {
  await vi.waitFor(() => expect(runs(pid)).toBe(false), { timeout: 5_000 });
}

test("an abort ends a program with what it has started", async () => {
  await using fake = await fakePrograms({ program: WITH_CHILD });
  const interrupted = new AbortController();
  const run = fake.machine.run(["program"], { timeoutMs: 60_000, signal: interrupted.signal });
  const child = await notedBy(fake, "program");
  expect(runs(child)).toBe(true);
  interrupted.abort();
  expect(await run).toEqual({ code: null, output: "" });
  await untilGone(child);
});

test("what is ended may finish what it has to, is waited for, and has not succeeded", async () => {
  await using fake = await fakePrograms({
    program: `trap '/bin/sleep 0.3; echo finished; exit 0' TERM\n${WITH_CHILD}`,
  });
  const interrupted = new AbortController();
  const run = fake.machine.run(["program"], { timeoutMs: 60_000, signal: interrupted.signal });
  await notedBy(fake, "program");
  interrupted.abort();
  expect(await run).toEqual({ code: null, output: "finished\n" });
});

test("what does not heed SIGTERM is killed", async () => {
  await using fake = await fakePrograms({ program: `trap '' TERM\n${WITH_CHILD}` });
  const interrupted = new AbortController();
  const { signal } = interrupted;
  const run = fake.machine.run(["program"], { timeoutMs: 60_000, graceMs: 50, signal });
  const child = await notedBy(fake, "program");
  interrupted.abort();
  expect(await run).toEqual({ code: null, output: "" });
  await untilGone(child);
});

test("a time-out ends a program of its own group with what it has started", async () => {
  // The child holds on to the output.
  await using fake = await fakePrograms({ program: `${LONG} & echo $!; wait` });
  const { code, output } = await fake.machine.run(["program"], {
    timeoutMs: 3_000,
    ownGroup: true,
  });
  expect(code).toBeNull();
  expect(Number(output)).toBeGreaterThan(0);
  await untilGone(Number(output));
});

test("a time-out kills a program that shares our group", async () => {
  await using fake = await fakePrograms({ program: `trap '' TERM\nexec ${LONG}` });
  const result = await fake.machine.run(["program"], { timeoutMs: 300 });
  expect(result).toEqual({ code: null, output: "" });
});

test("what is interrupted already is not started", async () => {
  await using fake = await fakePrograms({ program: 'echo started > "$0.log"' });
  const { code, output } = await fake.machine.run(["program"], { signal: AbortSignal.abort() });
  expect([code, output]).toEqual([null, "interrupted before it was started"]);
  expect(existsSync(join(fake.folder, "program.log"))).toBe(false);
});

test("what cannot be started says why", async () => {
  await using fake = await fakePrograms({});
  for (const ownGroup of [false, true]) {
    const { code, output } = await fake.machine.run(["nothing"], { ownGroup });
    expect(code).toBeNull();
    expect(output).toContain("ENOENT");
  }
});
