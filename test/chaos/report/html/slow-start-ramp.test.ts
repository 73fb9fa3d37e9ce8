import { expect, test } from "vitest";
import { configuredSlowStarts, rampOf } from "../../../../chaos/report/html/slow-start-ramp.ts";
import { slowStartShare } from "../../../../chaos/simulation/slow-start-share.ts";
import { Duration } from "../../../../stacks/constructs/duration.ts";
import { single } from "../../../../stacks/topologies/single.ts";

test("the slow start is read from the configuration of the balancers", () => {
  const slowStart = { window: Duration.seconds(3), aggression: 2, minimumWeight: 0.2 };
  const settings = configuredSlowStarts(single({ count: 2, slowStart }).topology);
  expect([...settings.values()]).toEqual([{ windowMs: 3_000, aggression: 2, minimumWeight: 0.2 }]);
  expect(configuredSlowStarts(single({ count: 2 }).topology).size).toBe(0);
});

test("the ramp is the share that the judge of slow starts expects", () => {
  const setting = { windowMs: 4_000, aggression: 2, minimumWeight: 0.1 };
  const ramp = rampOf(setting, 500, 1 / 3);
  expect(ramp[0]?.atMs).toBe(500);
  expect(ramp.at(-1)?.atMs).toBe(4_500);
  expect(ramp.at(-1)?.share).toBeCloseTo(1 / 3, 9);
  for (const { atMs, share } of ramp) {
    const age = (atMs - 500) / 4_000;
    expect(share).toBeCloseTo(slowStartShare({ ...setting, backends: 3 }, age, age), 9);
  }
});
