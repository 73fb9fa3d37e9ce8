import fc from "fast-check";
import { expect, test } from "vitest";
import { arrivalOffsetsNs } from "../../../chaos/load/arrivals.ts";
import { longestGapMs } from "../../../chaos/load/longest-gap.ts";
import type { Arrivals } from "../../../chaos/measurement/probe.ts";
import type { FaultStep } from "../../../chaos/scenario.ts";

/** A trial whose first fault comes so many milliseconds after its load began, at the earliest. */
function faultAfter(durationMs: number, afterMs = 0) {
  const faults = [{ afterMs } as FaultStep, { afterMs: 10_000 } as FaultStep];
  return { steadyState: { durationMs, deadlineMs: 60_000 }, faults };
}

const gap = (ratePerSecond: number, arrivals?: Arrivals, at = faultAfter(500)): number =>
  longestGapMs({ ratePerSecond, ...(arrivals === undefined ? {} : { arrivals }) }, at);
const ramp = (fromPerSecond: number, overMs: number): Arrivals => ({
  kind: "ramp",
  fromPerSecond,
  overMs,
});
const bursts = (burstPerSecond: number, everyMs: number, forMs: number): Arrivals => ({
  kind: "bursts",
  burstPerSecond,
  everyMs,
  forMs,
});

test.each<[string, number, number]>([
  ["requests one after another are 1/rate apart", gap(200), 5],
  ["so are requests at random, on average", gap(200, { kind: "poisson" }), 5],
  ["a ramp that is over before the fault has its last rate", gap(200, ramp(10, 500)), 5],
  ["one that falls is slowest at its end", gap(200, ramp(900, 5_000)), 5],
  // From 0 to 200 a second over 1 s: 0.1 t + 0.0001 t² = 1.
  ["one that rises, at the fault", gap(200, ramp(0, 1_000)), -500 + Math.sqrt(250_000 + 10_000)],
  [
    "the fault's own delay counts",
    gap(200, ramp(0, 1_000), faultAfter(300, 200)),
    -500 + Math.sqrt(250_000 + 10_000),
  ],
  // Within its last millisecond hardly a fifth of a request is due.
  ["one that ends at once has its last rate soon", gap(200, ramp(0, 501)), 5.000998],
  ["bursts of more leave the usual rate", gap(200, bursts(900, 1_000, 100)), 5],
  ["bursts of fewer are the slowest", gap(200, bursts(50, 1_000, 100)), 20],
  ["bursts of nothing are silent, and then one is due", gap(200, bursts(0, 1_000, 100)), 105],
  ["short bursts of few end before the next is due", gap(200, bursts(5, 1_000, 100)), 102.5],
  // Of 0.3 in each 100 ms, three whole periods bring 0.9; the slow half brings the rest.
  ["a gap may span periods", gap(2, bursts(4, 100, 50)), 350],
])("%s", (_, measured, wanted) => {
  expect(measured).toBeCloseTo(wanted, 6);
});

test("no request comes later than that", () => {
  const rates = fc.double({ min: 0.5, max: 2_000, noNaN: true });
  const slow = fc.oneof(fc.constant(0), rates);
  const arrivals = fc.oneof(
    fc
      .record({ from: slow, overMs: fc.integer({ min: 1, max: 3_000 }) })
      .map(({ from, overMs }) => ramp(from, overMs)),
    fc
      .record({
        burst: slow,
        forMs: fc.integer({ min: 1, max: 500 }),
        calmMs: fc.integer({ min: 1, max: 500 }),
      })
      .map(({ burst, forMs, calmMs }) => bursts(burst, forMs + calmMs, forMs)),
  );
  fc.assert(
    fc.property(rates, arrivals, fc.integer({ min: 0, max: 2_000 }), (rate, how, sinceMs) => {
      const longest = gap(rate, how, faultAfter(sinceMs));
      const offsets = arrivalOffsetsNs({ ratePerSecond: rate, arrivals: how, seed: 1 });
      let beforeMs = 0;
      let longestSeen = 0;
      for (let k = 0; k < 2_000; k += 1) {
        const atMs = offsets.next().value / 1e6;
        longestSeen = Math.max(longestSeen, atMs - Math.max(beforeMs, sinceMs));
        beforeMs = atMs;
      }
      // Times are whole nanoseconds.
      expect(longestSeen).toBeLessThanOrEqual(longest + 1e-5);
    }),
  );
});
