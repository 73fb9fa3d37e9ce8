import { describe, expect, test } from "vitest";
import { ProbeStatistics } from "../../../chaos/report/probe-statistics.ts";
import type { LoadedRun, TrialProbe } from "../../../chaos/report/run-folder.ts";
import { passingRun } from "./fixture.ts";
import { runWithLoads } from "./html/loads-fixture.ts";

/** Probes of the first trial of a run of two, each told by when it was meant, how long it took and how it ended. */
function runOf(probes: readonly [number, number, TrialProbe["outcome"]][]): LoadedRun {
  const run = passingRun(1, 2);
  const { injected } = run.record.trials[0]?.marks ?? {};
  if (injected === undefined || injected.atMs === null) throw new Error("no fault");
  const ns = (ms: number): string =>
    (BigInt(injected.monotonicNs) + BigInt(Math.round(ms * 1e6))).toString();
  const [first] = run.probes;
  if (first === undefined) throw new Error("no probe");
  return {
    ...run,
    probes: probes.map(([at, took, outcome], seq) => ({
      ...first,
      trial: 0,
      seq,
      intendedNs: ns(at),
      sentNs: ns(at),
      completedNs: ns(at + took),
      outcome,
    })),
  };
}

describe("statistics over probes", () => {
  const few = new ProbeStatistics(
    runOf([
      [-20, 1, "ok"],
      [-10, 3, "ok"],
      [0, 250, "timeout"],
      [10, 250, "timeout"],
      [20, 5, "ok"],
      [120, 2, "ok"],
    ]),
  );

  test("count by outcome and by time, whose end is not part of it", () => {
    expect(few.answer("probes?")).toBe(6);
    expect(few.answer("probes?outcome=failed")).toBe(2);
    expect(few.answer("probes?outcome=ok&when=before")).toBe(2);
    expect(few.answer("probes?from=-10&to=20")).toBe(3);
    expect(few.answer("probes?from=20&to=20")).toBe(0);
  });

  test("tell latencies that were measured, and none where there are none", () => {
    expect(few.answer("latency?q=0.5&outcome=ok")).toBeCloseTo(2, 6);
    expect(few.answer("latency?q=1")).toBeCloseTo(250, 6);
    expect(few.answer("latency?q=0.5&outcome=refused")).toBe(undefined);
  });

  test("tell rates over the trials that were probed all that time", () => {
    expect(few.answer("rate?trials=counted&from=0&to=100")).toBeCloseTo(30, 6);
    expect(few.answer("rate?trials=counted&from=0&to=100&outcome=failed")).toBeCloseTo(20, 6);
    expect(few.answer("rate?trials=counted&from=100&to=200")).toBe(undefined);
    expect(few.answer("rate?trials=counted&from=-100&to=0")).toBe(undefined);
  });

  test("leave out trials that do not count only where they are asked to", () => {
    const run = runOf([[5, 1, "ok"]]);
    const trials = run.record.trials.map((trial) => ({ ...trial, verdict: "invalid" as const }));
    const untrusted = new ProbeStatistics({ ...run, record: { ...run.record, trials } });
    expect(untrusted.answer("probes?")).toBe(1);
    expect(untrusted.answer("probes?trials=counted")).toBe(0);
  });

  test("keep the loads apart", () => {
    const run = runWithLoads();
    const statistics = new ProbeStatistics(run);
    expect(statistics.furtherLoads()).toEqual(["streams", "users"]);
    expect(statistics.answer("probes?")).toBe(passingRun(42, 4).probes.length);
    expect(statistics.answer("probes?load=users")).toBe(160);
    expect(statistics.answer("users?load=users")).toBe(12);
    expect(statistics.answer("missing?load=users")).toBe(8);
    expect(statistics.answer("probes?load=users&has=lostSession")).toBe(4);
    expect(statistics.answer("probes?load=nobody")).toBe(0);
  });

  test("tell which connections live on, with those that the fault hurt apart", () => {
    const statistics = new ProbeStatistics(runWithLoads());
    const open = "load=streams&class=long-lived&open=fault";
    expect(statistics.answer(`probes?${open}&on=hurt`)).toBe(24);
    expect(statistics.answer(`survival?${open}&on=hurt`)).toBeCloseTo(1 / 3, 9);
    expect(statistics.answer(`survival?${open}&on=others`)).toBe(1);
    const [firstLost] = statistics
      .rows(`${open}&on=hurt&outcome=failed`)
      .toSorted((a, b) => a.completedMs - b.completedMs);
    expect(statistics.answer(`survival?${open}&on=hurt&until=${firstLost?.line}`)).toBeCloseTo(
      23 / 24,
      9,
    );
  });

  test("count no connection as open that never brought a line or ended before the fault", () => {
    const run = runWithLoads(1);
    const probes = run.probes.map((probe) =>
      probe.load !== "streams" ? probe : { ...probe, ...(probe.seq < 6 ? { lines: 0 } : {}) },
    );
    expect(new ProbeStatistics({ ...run, probes }).answer("probes?load=streams&open=fault")).toBe(
      6,
    );
  });
});
