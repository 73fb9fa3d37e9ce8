import { expect, test } from "vitest";
import { observe } from "../../../chaos/measurement/observation.ts";
import { PLAN, record, startedProber } from "../load/fake-program.ts";

const MS = 1_000_000n;
const LOAD = { ...PLAN, client: "client", address: "198.18.7.10" };
const unaborted = new AbortController().signal;

/** P1 is now; healed or injected last 100 ms later, in the time of the probes. */
async function begun(change: { readonly observeMs?: number } = {}) {
  const { stream, take } = await startedProber();
  const injectedNs = process.hrtime.bigint();
  const endNs = injectedNs + 100n * MS;
  const at = (afterMs: bigint) => injectedNs + afterMs * MS;
  const scenario = { observeMs: 20_000, stableMs: 200, load: LOAD, ...change };
  let ended = false;
  const run = (
    signal = unaborted,
    alongside: readonly { lastFailureNs: bigint | null }[] = [],
  ): Promise<void> =>
    observe(scenario, stream, injectedNs, endNs, signal, alongside).finally(() => (ended = true));
  return { take, at, run, ended: () => ended, injectedNs };
}

/** Long enough for several looks. */
const severalLooks = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 40));

test("a recovery is stable once successes reach so far beyond the last failure that no open probe could fail", async () => {
  const { take, at, run, ended } = await begun();
  take(record(at(50n), "timeout"), record(at(300n), "refused"));
  const observing = run();
  // 200 ms stable and 250 ms for the last open probe.
  take(record(at(749n)));
  await severalLooks();
  expect(ended()).toBe(false);
  take(record(at(750n)));
  await observing;
});

test("a recovery before the fault was healed counts only from the healing", async () => {
  const { take, at, run, ended } = await begun();
  take(record(at(10n), "timeout"));
  const observing = run();
  take(record(at(549n)));
  await severalLooks();
  expect(ended()).toBe(false);
  take(record(at(550n)));
  await observing;
});

test("without an impact the whole time is observed: the failure may be yet to come", async () => {
  const { take, at, run, injectedNs } = await begun({ observeMs: 80 });
  // A failure before the fault is none of its doing.
  take(record(at(-10n), "timeout"), record(at(5_000n)));
  await run();
  const tookMs = Number(process.hrtime.bigint() - injectedNs) / 1e6;
  expect(tookMs).toBeGreaterThanOrEqual(180);
  expect(tookMs).toBeLessThan(3_000);
});

test("a system that does not recover is observed to the end", async () => {
  const { take, at, run, injectedNs } = await begun({ observeMs: 60 });
  take(record(at(10n), "timeout"));
  await run();
  expect(Number(process.hrtime.bigint() - injectedNs) / 1e6).toBeGreaterThanOrEqual(160);
});

test("observing can be aborted, and the reason is the error's cause", async () => {
  const { run } = await begun();
  const abort = new AbortController();
  const observing = run(abort.signal);
  abort.abort(new Error("Ctrl-C"));
  await expect(observing).rejects.toMatchObject({ cause: new Error("Ctrl-C") });
});

test("a load beside the main one that failed later is waited for as long", async () => {
  const { take, at, run, ended } = await begun();
  const [quiet, beside] = [{ lastFailureNs: null }, { lastFailureNs: at(600n) }];
  take(record(at(300n), "refused"));
  const observing = run(unaborted, [quiet, beside]);
  take(record(at(1_049n)));
  await severalLooks();
  expect(ended()).toBe(false);
  take(record(at(1_050n)));
  await observing;
});

test("what was stopped before is not observed, however well it stands", async () => {
  const { take, at, run } = await begun();
  take(record(at(10n), "timeout"), record(at(5_000n)));
  await expect(run(AbortSignal.abort(new Error("Ctrl-C")))).rejects.toThrow("Ctrl-C");
});
