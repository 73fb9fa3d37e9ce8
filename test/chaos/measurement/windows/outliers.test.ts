import fc from "fast-check";
import { expect, test } from "vitest";
import { ejectionTime, latencyEjection } from "../../../../chaos/measurement/windows/outliers.ts";

test("an ejection lasts its base as often as it came, up to the longest", () => {
  const timers = { baseMs: 30_000, maximumMs: 300_000 };
  expect(ejectionTime(timers)).toMatchObject({
    of: "readmission",
    floorMs: 30_000,
    ceilingMs: 30_000,
  });
  expect(ejectionTime({ ...timers, times: 3 }).floorMs).toBe(90_000);
  expect(ejectionTime({ ...timers, times: 50, jitterMs: 1_000 })).toMatchObject({
    floorMs: 300_000,
    meanMs: 300_500,
    ceilingMs: 301_000,
  });
});

test("a slow backend is ejected at the end of an interval of which enough was slow", () => {
  const timers = {
    intervalMs: 1_000,
    usualMs: 20,
    slowMs: 420,
    factor: 5,
    minimumDifferenceMs: 100,
  };
  // The bound is 120 ms: a quarter of the interval at 420 ms and the rest at 20 ms.
  expect(latencyEjection(timers)).toMatchObject({
    of: "ejection",
    floorMs: 250,
    ceilingMs: 1_670,
    periodMs: 1_000,
  });
  expect(latencyEjection({ ...timers, factor: 10 }).floorMs).toBe(450);
  expect(() => latencyEjection({ ...timers, slowMs: 120 })).toThrow(
    "slowMs is 120. Use above 120 ms, the bound.",
  );
});

test("terms that make no sense are refused by name", () => {
  expect(() => ejectionTime({ baseMs: 0, maximumMs: 1 })).toThrow("baseMs is 0");
  expect(() => ejectionTime({ baseMs: 2, maximumMs: 1 })).toThrow("maximumMs is 1");
  expect(() => ejectionTime({ baseMs: 2, maximumMs: 2, times: 0.5 })).toThrow("times is 0.5");
  expect(() => ejectionTime({ baseMs: 2, maximumMs: 2, jitterMs: -1 })).toThrow("jitterMs is -1");
});

test("a simulated comparison of means stays inside the window", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(share, fc.integer({ min: 130, max: 900 }), (phase, slowMs) => {
      const timers = {
        ...{ intervalMs: 1_000, usualMs: 20, factor: 5, minimumDifferenceMs: 100 },
        slowMs,
      };
      const window = latencyEjection(timers);
      const ejectedMs = firstOutlierAt(timers, phase * timers.intervalMs);
      expect(ejectedMs).toBeGreaterThanOrEqual(window.floorMs - 1);
      expect(ejectedMs).toBeLessThanOrEqual(window.ceilingMs + 1);
    }),
  );
});

/** One request a millisecond; when after the fault the mean of an interval is beyond the bound. */
function firstOutlierAt(
  timers: { readonly intervalMs: number; readonly usualMs: number; readonly slowMs: number },
  faultMs: number,
): number {
  const { intervalMs, usualMs, slowMs } = timers;
  for (let end = intervalMs; ; end += intervalMs) {
    const answers = Array.from({ length: intervalMs }, (_, index) => end - intervalMs + index);
    const counted = answers.flatMap((at) =>
      at < faultMs + usualMs ? usualMs : at >= faultMs + slowMs ? slowMs : [],
    );
    const mean = counted.reduce((sum, latency) => sum + latency, 0) / counted.length;
    if (mean > 120) return end - faultMs;
  }
}
