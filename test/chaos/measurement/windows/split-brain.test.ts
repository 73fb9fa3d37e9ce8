import { expect, test } from "vitest";
import { vrrpSplitBrain } from "../../../../chaos/measurement/windows/split-brain.ts";

const timers = { advertIntervalMs: 100, backupPriority: 192 };

test("it begins with the takeover, and ends with an advert after they hear each other again", () => {
  // Skew 25 ms: the takeover takes 225 to 325 ms.
  expect(vrrpSplitBrain(timers, 1_000)).toMatchObject({
    of: "split brain",
    floorMs: 675,
    meanMs: 775,
    ceilingMs: 875,
    periodMs: 100,
  });
});

test("the slower the backup takes over, the shorter it is", () => {
  const slow = vrrpSplitBrain({ ...timers, downTimerAdverts: 5 }, 1_000);
  expect(slow).toMatchObject({ floorMs: 475, ceilingMs: 675 });
});

test("a time in which nobody may take over is refused", () => {
  expect(() => vrrpSplitBrain(timers, 325)).toThrow(RangeError);
  expect(() => vrrpSplitBrain(timers, 325)).toThrow("deafMs");
  expect(() => vrrpSplitBrain(timers, 326)).not.toThrow();
});
