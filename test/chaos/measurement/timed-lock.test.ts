import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { beforeEach, expect, test } from "vitest";
import { takeTimedLock } from "../../../chaos/measurement/timed-lock.ts";

const HOLDER = fileURLToPath(new URL("lock-holder.ts", import.meta.url));
const unaborted = new AbortController().signal;

/** Not the machine's own: measurements may be under way. */
let address = "";
beforeEach(() => (address = `evenkeel-test-${randomUUID()}`));
const take = (signal = unaborted, onWait?: () => void): Promise<AsyncDisposable> =>
  takeTimedLock(signal, onWait, `\0${address}`);

/** Takes the lock in a process of its own. */
async function holder() {
  const child = spawn(process.execPath, [HOLDER, address], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  return child;
}

test("a free lock is had at once, and again after it was let go", async () => {
  for (let round = 0; round < 3; round += 1) {
    let waited = false;
    await using _lock = await take(unaborted, () => (waited = true));
    expect(waited).toBe(false);
  }
});

test("several who want it have it one after another, never two at once", async () => {
  let holding = 0;
  let most = 0;
  let waits = 0;
  const work = async (): Promise<void> => {
    await using _lock = await take(unaborted, () => (waits += 1));
    holding += 1;
    most = Math.max(most, holding);
    await new Promise((resolve) => setTimeout(resolve, 5));
    holding -= 1;
  };
  await Promise.all(Array.from({ length: 6 }, work));
  expect(most).toBe(1);
  // Everyone but the first waited, and was told so once.
  expect(waits).toBe(5);
});

test("other processes are excluded, and a holder that is killed lets go", async () => {
  const child = await holder();
  const waiting = Promise.withResolvers<void>();
  let held = false;
  const taking = take(unaborted, () => waiting.resolve()).then((lock) => {
    held = true;
    return lock;
  });
  await waiting.promise;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(held).toBe(false);
  child.kill("SIGKILL");
  await using _lock = await taking;
  expect(held).toBe(true);
});

test("waiting can be aborted at any moment, and the reason is the error", async () => {
  await using _lock = await take();
  const early = new AbortController();
  early.abort(new Error("before"));
  await expect(take(early.signal)).rejects.toThrow("before");

  const atOnce = new AbortController();
  await expect(take(atOnce.signal, () => atOnce.abort(new Error("at once")))).rejects.toThrow(
    "at once",
  );

  const later = new AbortController();
  const taking = take(later.signal, () => setImmediate(() => later.abort(new Error("later"))));
  await expect(taking).rejects.toThrow("later");
});

test("a wait that was aborted leaves the lock to its holder and then to the next", async () => {
  const abort = new AbortController();
  {
    await using _lock = await take();
    await expect(
      take(abort.signal, () => setImmediate(() => abort.abort(new Error("enough")))),
    ).rejects.toThrow("enough");
  }
  let waited = false;
  await using _lock = await take(unaborted, () => (waited = true));
  expect(waited).toBe(false);
});
