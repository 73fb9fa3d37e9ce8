import { expect, test } from "vitest";
import { busyShare, readBusyTicks } from "../../../../chaos/load/saturation/machine-busy.ts";

test("what was not idle between two readings was busy", () => {
  expect(busyShare({ total: 100, idle: 50 }, { total: 300, idle: 100 })).toBe(0.75);
  expect(busyShare({ total: 100, idle: 50 }, { total: 100, idle: 50 })).toBe(0);
});

test("a core that works is seen", () => {
  const before = readBusyTicks();
  const end = performance.now() + 200;
  while (performance.now() < end);
  const busy = busyShare(before, readBusyTicks());
  expect(busy).toBeGreaterThan(0);
  expect(busy).toBeLessThanOrEqual(1);
});
