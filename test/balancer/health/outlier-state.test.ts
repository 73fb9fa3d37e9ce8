import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ADMITTED,
  afterEjection,
  afterHealthyIntervals,
  afterReadmission,
  afterRevocation,
  type OutlierState,
} from "../../../balancer/health/outlier-state.ts";

const RULES = { baseMs: 30_000, maximumMs: 300_000, jitterMs: 0 };
const noLuck = () => 0;

function ejectedFor(state: OutlierState, rules = RULES, random = noLuck): number {
  const after = afterEjection(state, rules, 1_000, random);
  return after.kind === "ejected" ? after.readmitAt - 1_000 : Number.NaN;
}

describe("the length of an ejection", () => {
  test("is the base time × how often, up to the maximum", () => {
    const lengths = Array.from({ length: 12 }, (_, ejections) =>
      ejectedFor({ kind: "admitted", ejections }),
    );
    expect(lengths.map((ms) => ms / 1_000)).toEqual([
      30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 300, 300,
    ]);
  });

  test("has up to its jitter on top, also of the maximum", () => {
    const rules = { ...RULES, jitterMs: 4_000 };
    expect(ejectedFor(ADMITTED, rules, () => 0)).toBe(30_000);
    expect(ejectedFor(ADMITTED, rules, () => 0.75)).toBe(33_000);
    expect(ejectedFor({ kind: "admitted", ejections: 99 }, rules, () => 0.5)).toBe(302_000);
  });

  test("falls by one base time for each interval without an ejection", () => {
    const often: OutlierState = { kind: "admitted", ejections: 3 };
    expect(ejectedFor(afterHealthyIntervals(often, 1))).toBe(90_000);
    expect(ejectedFor(afterHealthyIntervals(often, 2))).toBe(60_000);
    expect(ejectedFor(afterHealthyIntervals(often, 99))).toBe(30_000);
  });
});

test("who is ejected is neither ejected again nor forgiven before it is back", () => {
  const out = afterEjection(ADMITTED, RULES, 1_000, noLuck);
  expect(afterEjection(out, RULES, 20_000, noLuck)).toBe(out);
  expect(afterHealthyIntervals(out, 5)).toBe(out);
});

test("an ejection that was wrong does not count, and one that was served does", () => {
  const out = afterEjection({ kind: "admitted", ejections: 2 }, RULES, 0, noLuck);
  expect(afterReadmission(out)).toEqual({ kind: "admitted", ejections: 3 });
  expect(afterRevocation(out)).toEqual({ kind: "admitted", ejections: 2 });
  expect(afterRevocation(ADMITTED)).toBe(ADMITTED);
});

test("however it goes, an ejection lasts from the base time to the maximum and its jitter", () => {
  const steps = fc.array(fc.constantFrom("eject", "readmit", "heal"), { maxLength: 60 });
  fc.assert(
    fc.property(steps, fc.double({ min: 0, max: 0.999, noNaN: true }), (sequence, luck) => {
      const rules = { ...RULES, jitterMs: 5_000 };
      let state = ADMITTED;
      const lengths: number[] = [];
      const step = {
        eject: () => {
          lengths.push(ejectedFor(afterReadmission(state), rules, () => luck));
          return afterEjection(state, rules, 1_000, () => luck);
        },
        readmit: () => afterReadmission(state),
        heal: () => afterHealthyIntervals(state, 1),
      };
      for (const one of sequence) {
        state = step[one]();
        expect(state.ejections).toBeGreaterThanOrEqual(0);
      }
      for (const ms of lengths) {
        expect(ms).toBeGreaterThanOrEqual(rules.baseMs);
        expect(ms).toBeLessThan(rules.maximumMs + rules.jitterMs);
      }
    }),
  );
});
