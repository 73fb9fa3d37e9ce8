import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitPhase } from "../../../chaos/statistics/least-squares.ts";

describe("outage against phase", () => {
  test("points on the predicted diagonal give slope −1, the ceiling as intercept and no residual", () => {
    const points = [5, 30, 55, 80].map((phaseMs) => ({ phaseMs, outageMs: 302 - phaseMs }));
    expect(fitPhase(points)).toEqual({
      slope: expect.closeTo(-1, 9),
      interceptMs: expect.closeTo(302, 9),
      residualStandardDeviationMs: expect.closeTo(0, 9),
      n: 4,
    });
  });

  test("the residual divides by n − 2", () => {
    const points = [
      { phaseMs: 0, outageMs: 1 },
      { phaseMs: 1, outageMs: -1 },
      { phaseMs: 2, outageMs: -1 },
      { phaseMs: 3, outageMs: 1 },
    ];
    expect(fitPhase(points)).toMatchObject({
      slope: expect.closeTo(0, 9),
      residualStandardDeviationMs: expect.closeTo(Math.SQRT2, 9),
    });
  });

  test("too few points, or one phase only, have no line", () => {
    const point = { phaseMs: 10, outageMs: 290 };
    expect(fitPhase([point, { phaseMs: 20, outageMs: 280 }])).toBeNull();
    expect(fitPhase([point, point, { phaseMs: 10, outageMs: 291 }])).toBeNull();
  });

  test("shifting every outage shifts only the intercept", () => {
    const points = fc.array(
      fc.record({
        phaseMs: fc.integer({ min: 0, max: 1000 }),
        outageMs: fc.integer({ min: 0, max: 5000 }),
      }),
      { minLength: 3, maxLength: 30 },
    );
    fc.assert(
      fc.property(points, fc.integer({ min: -500, max: 500 }), (list, shift) => {
        const plain = fitPhase(list);
        const moved = fitPhase(
          list.map(({ phaseMs, outageMs }) => ({ phaseMs, outageMs: outageMs + shift })),
        );
        fc.pre(plain !== null && moved !== null);
        expect(moved.slope).toBeCloseTo(plain.slope, 4);
        expect(moved.interceptMs).toBeCloseTo(plain.interceptMs + shift, 2);
      }),
    );
  });
});
