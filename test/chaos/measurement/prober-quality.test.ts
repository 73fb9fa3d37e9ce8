import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ProberQuality } from "../../../chaos/measurement/probe.ts";
import { judgeQuality, type QualityDemand } from "../../../chaos/measurement/prober-quality.ts";

const good: ProberQuality = {
  lagP50Ms: 0.1,
  lagP99Ms: 0.5,
  lagMaxMs: 2.3,
  eventLoopDelayP99Ms: 0.8,
  intended: 2_000,
  sent: 2_000,
  dropped: 0,
  maxOutstanding: 3,
  cpuShare: 0.11,
};
const demand: QualityDemand = { smallestBoundMs: 300, ratePerSecond: 200, baselineFailures: 0 };

describe("the prober's self-check", () => {
  test("a quiet run is valid, and its resolution is the distance between probes", () => {
    expect(judgeQuality(good, demand)).toEqual({
      valid: true,
      resolutionMs: 5,
      reasons: [],
      onlyLate: false,
    });
  });

  test("the lag is the resolution where it is larger", () => {
    const verdict = judgeQuality({ ...good, lagP99Ms: 3 }, { ...demand, ratePerSecond: 1_000 });
    expect(verdict).toMatchObject({ valid: true, resolutionMs: 3 });
  });

  test.each<[string, Partial<ProberQuality>, Partial<QualityDemand>, RegExp]>([
    ["late probes", { lagP99Ms: 5 }, {}, /5 ms late \(p99; below 5 ms/],
    ["a late event loop", { eventLoopDelayP99Ms: 10 }, {}, /event loop was 10 ms late/],
    ["dropped probes", { dropped: 1 }, {}, /1 probes were due and not sent/],
    ["failures before the fault", {}, { baselineFailures: 2 }, /2 probes failed before the fault/],
    ["a bound too small", {}, { smallestBoundMs: 50 }, /resolution of 5 ms cannot judge a bound/],
    ["one long stall", { lagMaxMs: 300 }, {}, /stood still for 300 ms/],
    ["no probes", { sent: 0 }, {}, /no probe was sent/],
  ])("%s make a run invalid", (_, quality, wanted, reason) => {
    const verdict = judgeQuality({ ...good, ...quality }, { ...demand, ...wanted });
    expect(verdict.valid).toBe(false);
    expect(verdict.reasons).toHaveLength(1);
    expect(verdict.reasons[0]).toMatch(reason);
  });

  test.each<[string, Partial<ProberQuality>, boolean]>([
    ["late by what the engine causes", { lagP99Ms: 24.9, eventLoopDelayP99Ms: 49.9 }, true],
    ["later than that", { lagP99Ms: 25 }, false],
    ["with an event loop later than that", { eventLoopDelayP99Ms: 50 }, false],
  ])("beside containers a prober that is %s is trusted or not", (_, quality, valid) => {
    const inContainers = { ...demand, environment: "docker" } as const;
    expect(judgeQuality({ ...good, ...quality }, inContainers).valid).toBe(valid);
    expect(judgeQuality({ ...good, ...quality }, demand).valid).toBe(false);
  });

  test("without a bound in time only the measurement itself is judged", () => {
    const verdict = judgeQuality({ ...good, lagMaxMs: 900 }, { ...demand, smallestBoundMs: null });
    expect(verdict.valid).toBe(true);
  });

  test("a load that is slower for a while can tell apart no more than it does then", () => {
    const slower = { ...demand, gapMs: 20 };
    expect(judgeQuality(good, slower)).toMatchObject({ valid: true, resolutionMs: 20 });
    expect(judgeQuality(good, { ...slower, smallestBoundMs: 150 })).toMatchObject({
      valid: false,
      onlyLate: false,
    });
  });

  test("a resolution that is too coarse by little does not read as enough, and the next step helps", () => {
    const reasonsAt = (ratePerSecond: number, lagP99Ms = 0.5): readonly string[] =>
      judgeQuality(
        { ...good, lagP99Ms },
        { ...demand, environment: "docker", ratePerSecond, smallestBoundMs: 100 },
      ).reasons;
    expect(reasonsAt(99.6)).toEqual([
      "a resolution of 10.04 ms cannot judge a bound of 100 ms (below 10 ms is needed). Raise the rate.",
    ]);
    expect(reasonsAt(100)).toEqual([
      "a resolution of 10 ms cannot judge a bound of 100 ms (below 10 ms is needed). Raise the rate.",
    ]);
    expect(reasonsAt(101)).toEqual([]);
    // More requests would not be sent less late.
    expect(reasonsAt(200, 10.04)).toEqual([
      "a resolution of 10.04 ms cannot judge a bound of 100 ms (below 10 ms is needed). Run on a quieter machine or at a lower rate.",
    ]);
  });

  test("what several reasons ask for is said once, after the last of them", () => {
    const late = { ...good, lagP99Ms: 8, eventLoopDelayP99Ms: 12 };
    expect(judgeQuality(late, { ...demand, baselineFailures: 2 }).reasons).toEqual([
      "probes were sent 8 ms late (p99; below 5 ms is needed)",
      "the prober's event loop was 12 ms late (p99; below 10 ms is needed). Run on a quieter machine or at a lower rate.",
      "2 probes failed before the fault. Find out why the steady state did not hold.",
    ]);
  });

  test("all reasons come at once", () => {
    const bad = { ...good, lagP99Ms: 80, eventLoopDelayP99Ms: 90, dropped: 3, lagMaxMs: 400 };
    expect(judgeQuality(bad, { ...demand, baselineFailures: 1 }).reasons).toHaveLength(6);
  });

  test.each<[string, Partial<ProberQuality>, Partial<QualityDemand>, boolean]>([
    ["late probes", { lagP99Ms: 5 }, {}, true],
    ["a late event loop", { eventLoopDelayP99Ms: 10 }, {}, true],
    ["one long stall", { lagMaxMs: 300 }, {}, true],
    ["a resolution that is coarse by lag", { lagP99Ms: 40 }, {}, true],
    ["a resolution that is coarse by the rate", {}, { smallestBoundMs: 50 }, false],
    ["all that fell due in a stall not sent", { lagMaxMs: 400, dropped: 80 }, {}, true],
    ["one more than that not sent", { lagMaxMs: 400, dropped: 81 }, {}, false],
    ["probes not sent without any stall", { dropped: 1 }, {}, false],
    ["no probes", { sent: 0 }, {}, false],
    ["late probes and failures before the fault", { lagP99Ms: 9 }, { baselineFailures: 1 }, false],
    [
      "failures before the fault and late probes",
      { lagMaxMs: 400 },
      { baselineFailures: 1 },
      false,
    ],
  ])("%s: the lateness alone explains it or not", (_, quality, wanted, onlyLate) => {
    const verdict = judgeQuality({ ...good, ...quality }, { ...demand, ...wanted });
    expect(verdict).toMatchObject({ valid: false, onlyLate });
  });

  test("more lag never makes a run valid", () => {
    const ms = fc.double({ min: 0, max: 500, noNaN: true });
    fc.assert(
      fc.property(ms, ms, (lag, more) => {
        const before = judgeQuality({ ...good, lagP99Ms: lag }, demand);
        const after = judgeQuality({ ...good, lagP99Ms: lag + more }, demand);
        expect(before.valid || !after.valid).toBe(true);
        expect(after.resolutionMs).toBeGreaterThanOrEqual(before.resolutionMs);
      }),
    );
  });
});
