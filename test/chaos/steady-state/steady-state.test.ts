import { expect, test } from "vitest";
import { awaitSteadyState, NoSteadyState } from "../../../chaos/steady-state/steady-state.ts";
import { record, startedProber } from "../load/fake-program.ts";

const MS = 1_000_000n;
const STEADY = { durationMs: 500, deadlineMs: 5_000 };
const unaborted = new AbortController().signal;

test("it holds when probes succeeded for as long as asked, since the load began", async () => {
  const { stream, take } = await startedProber();
  take(record(100n * MS), record(500n * MS));
  const begin = process.hrtime.bigint();
  const { armedNs, sinceNs } = await awaitSteadyState([stream], STEADY, 0n, unaborted);
  expect(armedNs).toBeGreaterThanOrEqual(begin);
  expect(armedNs).toBeLessThanOrEqual(process.hrtime.bigint());
  expect(sinceNs).toBe(0n);
});

test.each([
  ["a failure", record(400n * MS, "timeout")],
  ["a probe that was sent 5 ms late", record(400n * MS, "ok", 5n * MS)],
])("%s begins the wait anew, and success just short of the time is not enough", async (_, bad) => {
  const { stream, take } = await startedProber();
  const begun: boolean[] = [];
  let held = false;
  take(record(100n * MS), bad, record(899n * MS));
  const waiting = awaitSteadyState([stream], STEADY, 0n, unaborted, () => begun.push(held));
  void waiting.then(() => (held = true));
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(held).toBe(false);
  expect(begun).toEqual([false]);
  take(record(900n * MS));
  expect(await waiting).toMatchObject({ sinceNs: 400n * MS });
  // Nothing happened since: it was not begun again.
  expect(begun).toEqual([false]);
});

test("a probe that was sent a little less late is none", async () => {
  const { stream, take } = await startedProber();
  take(record(100n * MS), record(400n * MS, "ok", 5n * MS - 1n), record(500n * MS));
  expect(await awaitSteadyState([stream], STEADY, 0n, unaborted)).toMatchObject({ sinceNs: 0n });
});

test("a prober that is late until the deadline measures all the same, if no probe failed", async () => {
  const { stream, take } = await startedProber();
  take(record(50n * MS, "timeout"), record(100n * MS), record(700n * MS, "ok", 9n * MS));
  const begin = performance.now();
  const steady = { durationMs: 500, deadlineMs: 60 };
  expect(await awaitSteadyState([stream], steady, 0n, unaborted)).toMatchObject({
    sinceNs: 50n * MS,
  });
  expect(performance.now() - begin).toBeGreaterThanOrEqual(59);
});

test("without any probe that ended it does not hold, and the error says so at the deadline", async () => {
  const { stream } = await startedProber();
  const begin = performance.now();
  const waiting = awaitSteadyState([stream], { durationMs: 0, deadlineMs: 60 }, 0n, unaborted);
  const error = await waiting.catch((reason: unknown) => reason);
  const tookMs = performance.now() - begin;
  expect(error).toBeInstanceOf(NoSteadyState);
  expect(String(error)).toMatch(/did not hold within 60 ms: no probe ended\. Look at/);
  expect(tookMs).toBeGreaterThanOrEqual(59);
  expect(tookMs).toBeLessThan(3_000);
});

test("at the deadline the outcomes that were seen are told", async () => {
  const { stream, take } = await startedProber();
  take(record(1n), record(2n, "timeout"), record(3n, "timeout"), record(4n, "refused"));
  await expect(
    awaitSteadyState([stream], { durationMs: 100, deadlineMs: 20 }, 0n, unaborted),
  ).rejects.toThrow(/1 ok, 2 timeout, 1 refused/);
});

test("waiting can be aborted, and the reason is the error's cause", async () => {
  const { stream } = await startedProber();
  const abort = new AbortController();
  const waiting = awaitSteadyState([stream], STEADY, 0n, abort.signal);
  abort.abort(new Error("Ctrl-C"));
  await expect(waiting).rejects.toMatchObject({ cause: new Error("Ctrl-C") });
});

test("of several loads each must have succeeded, and none have failed, for as long as asked", async () => {
  const [main, other] = [await startedProber(), await startedProber()];
  const loads = [main.stream, other.stream];
  const anew: number[] = [];
  let held = false;
  main.take(record(100n * MS), record(2_000n * MS));
  other.take(record(300n * MS, "reset"), record(799n * MS));
  const waiting = awaitSteadyState(loads, STEADY, 0n, unaborted, () => anew.push(1));
  void waiting.then(() => (held = true));
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(held).toBe(false);
  other.take(record(800n * MS));
  expect(await waiting).toMatchObject({ sinceNs: 300n * MS });
  expect(anew).toHaveLength(1);
});

test("at the deadline what was seen of each load is told", async () => {
  const [main, other] = [await startedProber(), await startedProber()];
  main.take(record(1n), record(200n * MS));
  other.take(record(2n, "refused"));
  const steady = { durationMs: 100, deadlineMs: 20 };
  await expect(
    awaitSteadyState([main.stream, other.stream], steady, 0n, unaborted),
  ).rejects.toThrow("did not hold within 20 ms: 2 ok; 1 refused. Look at");
});
