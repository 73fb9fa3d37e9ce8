import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  vrrpHandover,
  vrrpSkewMs,
  vrrpTakeover,
  vrrpTakeoverAtPhase,
  vrrpTrackScript,
} from "../../../../chaos/measurement/windows/vrrp.ts";

const second = { advertIntervalMs: 1_000, backupPriority: 100 };
const tenth = { advertIntervalMs: 100, backupPriority: 100 };

/** keepalived 2.2.7, two namespaces, 200 probes/s, 12 trials each: floor, ceiling, and what was measured. */
const MEASURED = [
  {
    name: "node crash, advert 1 s",
    window: vrrpTakeover(second),
    floorMs: 2609,
    ceilingMs: 3609,
    measured: { min: 2721, median: 3105, max: 3577 },
  },
  {
    name: "node crash, advert 0.1 s",
    window: vrrpTakeover(tenth),
    floorMs: 261,
    ceilingMs: 361,
    measured: { min: 276, median: 330, max: 365 },
  },
  {
    name: "resignation, advert 1 s",
    window: vrrpHandover(second),
    floorMs: 609,
    ceilingMs: 609,
    measured: { min: 616, median: 621, max: 625 },
  },
  {
    name: "resignation, advert 0.1 s",
    window: vrrpHandover(tenth),
    floorMs: 61,
    ceilingMs: 61,
    measured: { min: 61, median: 64, max: 65 },
  },
  {
    name: "keepalived alone killed, advert 1 s",
    window: vrrpTakeover(second),
    floorMs: 2609,
    ceilingMs: 3609,
    measured: { min: 2622, median: 3101, max: 3552 },
  },
];

describe("VRRP windows", () => {
  test.each(MEASURED)("$name: the prediction is $floorMs to $ceilingMs ms", (row) => {
    expect(row.window.floorMs).toBeCloseTo(row.floorMs, 0);
    expect(row.window.ceilingMs).toBeCloseTo(row.ceilingMs, 0);
  });

  test.each(MEASURED)("$name: keepalived was measured within it, by 16 ms", (row) => {
    expect(row.measured.min).toBeGreaterThan(row.floorMs - 1);
    expect(row.measured.max).toBeLessThanOrEqual(row.ceilingMs + 16);
    expect(row.measured.median).toBeLessThanOrEqual(row.window.ceilingMs + 16);
  });

  test("the mean of a crash with 1 s adverts is 3109 ms", () => {
    expect(vrrpTakeover(second).meanMs).toBeCloseTo(3109, 0);
  });

  test("a tracked service that dies: script 1 s, fall 2, then the skew", () => {
    const window = vrrpTrackScript({ intervalMs: 1_000, fall: 2 }, second);
    expect(window.floorMs).toBeCloseTo(1609, 0);
    expect(window.ceilingMs).toBeCloseTo(2609, 0);
  });

  test("priority 128 and 1 s adverts wait half a second of skew", () => {
    expect(vrrpSkewMs({ advertIntervalMs: 1_000, backupPriority: 128 })).toBe(500);
  });

  test("thirty missed adverts of 0.1 s take as long as three of 1 s, but for the skew", () => {
    expect(vrrpTakeover({ ...tenth, downTimerAdverts: 30 }).ceilingMs).toBeCloseTo(3060.9, 0);
  });

  test("at a known phase the outage is three adverts and the skew less the phase", () => {
    const outage = vrrpTakeoverAtPhase({ advertIntervalMs: 100, backupPriority: 250 }, 40);
    expect(outage.meanMs).toBeCloseTo(300 + 2.34 - 40, 2);
    expect(outage).toMatchObject({ floorMs: outage.meanMs, ceilingMs: outage.meanMs });
  });

  test("the formula stands there with its numbers, and where it comes from", () => {
    const window = vrrpTakeover(second);
    expect(window.because).toBe(
      "2 to 3 adverts of 1000 ms + skew 609.375 ms ((256 − 100)/256 × 1000 ms)",
    );
    expect(window.source).toContain("RFC 9568 §6.1");
    expect(window.periodMs).toBe(1_000);
  });

  test("timers that make no sense are refused by name", () => {
    expect(() => vrrpTakeover({ ...second, backupPriority: 0 })).toThrow("backupPriority is 0");
    expect(() => vrrpTakeover({ ...second, advertIntervalMs: 0 })).toThrow("advertIntervalMs");
    expect(() => vrrpTakeover({ ...second, downTimerAdverts: 0 })).toThrow("downTimerAdverts");
    expect(() => vrrpTrackScript({ intervalMs: 1, fall: 0 }, second)).toThrow("fall is 0");
  });

  test("floor ≤ mean ≤ ceiling, and every phase lands inside", () => {
    const timers = fc.record({
      advertIntervalMs: fc.integer({ min: 10, max: 60_000 }),
      backupPriority: fc.integer({ min: 1, max: 254 }),
      downTimerAdverts: fc.integer({ min: 1, max: 100 }),
    });
    fc.assert(
      fc.property(timers, fc.double({ min: 0, max: 1, noNaN: true }), (given, fraction) => {
        const window = vrrpTakeover(given);
        expect(window.floorMs).toBeLessThanOrEqual(window.meanMs);
        expect(window.meanMs).toBeLessThanOrEqual(window.ceilingMs);
        const { meanMs } = vrrpTakeoverAtPhase(given, fraction * given.advertIntervalMs);
        expect(meanMs).toBeGreaterThanOrEqual(window.floorMs - 1e-6);
        expect(meanMs).toBeLessThanOrEqual(window.ceilingMs + 1e-6);
        expect(vrrpHandover(given).ceilingMs).toBeLessThan(given.advertIntervalMs);
      }),
    );
  });
});
