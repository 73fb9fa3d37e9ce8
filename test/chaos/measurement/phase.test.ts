import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  achievedPhase,
  medianPeriod,
  nextInjection,
  stratifiedPhases,
} from "../../../chaos/measurement/phase.ts";
import { seededRandom } from "../../../chaos/statistics/random.ts";

const MS = 1_000_000n;
const beats = (...ms: readonly number[]) => ms.map((at) => BigInt(at) * MS);

describe("stratified phases", () => {
  test("each of n equal parts of the period gets exactly one trial, whatever the seed", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.maxSafeInteger(), (n, seed) => {
        const phases = stratifiedPhases(n, seededRandom(seed));
        const strata = phases.map((phase) => Math.floor(phase * n)).sort((a, b) => a - b);
        expect(strata).toEqual(Array.from({ length: n }, (_, index) => index));
        expect(Math.max(...phases)).toBeLessThan(1);
      }),
    );
  });

  test("the seed changes order and place", () => {
    expect(stratifiedPhases(8, seededRandom(1))).not.toEqual(stratifiedPhases(8, seededRandom(2)));
    expect(stratifiedPhases(8, seededRandom(1))).toEqual(stratifiedPhases(8, seededRandom(1)));
  });

  test("the order is not the order of the period", () => {
    const phases = stratifiedPhases(20, seededRandom(3));
    expect(phases).not.toEqual(phases.toSorted((a, b) => a - b));
  });

  test("no trials have no phases", () => {
    expect(stratifiedPhases(0, Math.random)).toEqual([]);
  });
});

describe("the time to inject at", () => {
  const aim = {
    lastBeatNs: 1_000n * MS,
    periodNs: 100n * MS,
    wantedPhaseNs: 40n * MS,
    leadNs: 2n * MS,
  };

  test("is in this period while there is time", () => {
    expect(nextInjection({ ...aim, nowNs: 1_010n * MS })).toBe(1_040n * MS);
    expect(nextInjection({ ...aim, nowNs: 1_038n * MS })).toBe(1_040n * MS);
  });

  test("is one measured period later when the lead is too short", () => {
    expect(nextInjection({ ...aim, nowNs: 1_038n * MS + 1n })).toBe(1_140n * MS);
  });

  test("a period that was not measured is refused", () => {
    expect(() => nextInjection({ ...aim, periodNs: 0n, nowNs: 0n })).toThrow("at least two beats");
  });

  test("always has the wanted phase, leaves the lead, and waits no period too long", () => {
    const ns = fc.bigInt({ min: 0n, max: 10_000_000_000n });
    const period = fc.bigInt({ min: 1n, max: 1_000_000_000n });
    fc.assert(
      fc.property(ns, period, ns, ns, (lastBeatNs, periodNs, nowNs, any) => {
        const wantedPhaseNs = any % periodNs;
        const at = nextInjection({ lastBeatNs, periodNs, wantedPhaseNs, nowNs, leadNs: 5n });
        expect((at - lastBeatNs - wantedPhaseNs) % periodNs).toBe(0n);
        expect(at).toBeGreaterThanOrEqual(nowNs + 5n);
        const isFirst = at === lastBeatNs + wantedPhaseNs;
        expect(isFirst || at - periodNs < nowNs + 5n).toBe(true);
      }),
    );
  });
});

describe("the phase that was achieved", () => {
  const seen = {
    beatsNs: beats(100, 200, 300),
    injectedNs: 340n * MS,
    periodNs: 100n * MS,
    silenced: true,
  };

  test("is the time since the last beat, in milliseconds", () => {
    expect(achievedPhase(seen)).toEqual({ value: 40 });
    expect(achievedPhase({ ...seen, beatsNs: beats(300, 100, 200) })).toEqual({ value: 40 });
  });

  test("is unknown without a beat", () => {
    expect(achievedPhase({ ...seen, beatsNs: [] })).toEqual({
      value: null,
      reason: "no beat was seen before the fault",
    });
  });

  test("is unknown when the last beat is more than one and a half periods old", () => {
    expect(achievedPhase({ ...seen, injectedNs: 450n * MS })).toEqual({ value: 150 });
    expect(achievedPhase({ ...seen, injectedNs: 451n * MS })).toMatchObject({ value: null });
  });

  test("is void when a sender that should be silent is heard after the fault", () => {
    expect(achievedPhase({ ...seen, beatsNs: beats(300, 400) })).toEqual({
      value: null,
      reason: "a beat was seen 60 ms after the fault, from a sender that should have been silent",
    });
  });

  test("counts from a beat that slipped out within the tolerance after the fault", () => {
    expect(achievedPhase({ ...seen, beatsNs: beats(300, 341) })).toEqual({ value: -1 });
  });

  test("beats of a checker go on after the fault and are no harm", () => {
    const checker = { ...seen, beatsNs: beats(300, 341, 400), silenced: false };
    expect(achievedPhase(checker)).toEqual({ value: 40 });
  });
});

describe("the measured period", () => {
  test("is the median gap, which a burst and a lost beat do not move", () => {
    expect(medianPeriod(beats(100, 200, 300, 500, 600, 601, 602, 700, 800))).toBe(100n * MS);
  });

  test("needs two beats", () => {
    expect(medianPeriod(beats(100))).toBeNull();
    expect(medianPeriod([])).toBeNull();
  });
});
