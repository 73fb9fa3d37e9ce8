import { describe, expect, test } from "vitest";
import { QualityMeter } from "../../../../chaos/measurement/prober/quality.ts";

const now = () => process.hrtime.bigint();

describe("what the prober says of itself", () => {
  test("has the lags by nearest rank, and everything that was due", () => {
    const meter = new QualityMeter();
    // More than the meter has room for at first.
    for (let n = 1; n <= 2_000; n += 1) meter.sent(n / 100, n % 7);
    meter.dropped();
    meter.turnedOutDropped(now());
    expect(meter.finish()).toMatchObject({
      lagP50Ms: 10,
      lagP99Ms: 19.8,
      lagMaxMs: 20,
      intended: 2_001,
      sent: 1_999,
      dropped: 2,
      maxOutstanding: 6,
    });
  });

  test("begins anew with nothing but what is held", () => {
    const meter = new QualityMeter();
    const early = now();
    meter.sent(50, 9);
    meter.dropped();
    meter.beginAnew(3);
    meter.sent(1, 2);
    // Sent before, and found out only now: it is no part of the new account.
    meter.turnedOutDropped(early);
    expect(meter.finish()).toMatchObject({
      lagMaxMs: 1,
      intended: 4,
      sent: 4,
      dropped: 0,
      maxOutstanding: 2,
    });
  });
});
