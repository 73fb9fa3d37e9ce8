import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { LeaveTaking } from "../../balancer/leave-taking.ts";
import { takeLeave, takeLeaveOfGuests } from "../../balancer/take-leave.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const now = (): number => performance.now();

/** When draining begins, in milliseconds from now; null when it does not within a minute. */
async function drainingAfter(
  leaveTaking: LeaveTaking,
  meanwhile: (ms: number) => unknown = () => {},
) {
  let begun = false;
  void leaveTaking.draining.then(() => {
    begun = true;
  });
  for (let ms = 0; ms <= 60_000; ms += 1) {
    meanwhile(ms);
    await vi.advanceTimersByTimeAsync(ms === 0 ? 0 : 1);
    if (begun) return ms;
  }
  return null;
}

test("without a floating address it lasts as long as the lame duck", async () => {
  const leaving = { timeouts: { lameDuck: 70, drain: 500 }, now };
  expect(await drainingAfter(takeLeave(leaving, null))).toBe(70);
});

test("the floating address is waited for, no longer than keepalived may take", async () => {
  const leaving = { timeouts: { lameDuck: 0, drain: 500 }, now };
  const gone = Promise.withResolvers<void>();
  const asked: number[] = [];
  const failover = {
    leave: (ms: number) => {
      asked.push(ms);
      return gone.promise;
    },
  };
  const early = takeLeave(leaving, failover);
  expect(await drainingAfter(early, (ms) => ms === 30 && gone.resolve())).toBe(30);
  expect(asked).toEqual([200]);
  const never = { leave: () => new Promise<void>(() => {}) };
  expect(await drainingAfter(takeLeave(leaving, never))).toBe(200);
});

test("a process that was replaced accepts nothing, and goes once nobody is connected", async () => {
  const leaving = { timeouts: { lameDuck: 10, drain: 5_000 }, now };
  const listeners = { guests: 2, stopAccepting: vi.fn<() => void>() };
  const leaveTaking = takeLeaveOfGuests(leaving, listeners);
  expect(listeners.stopAccepting).toHaveBeenCalledOnce();
  const after = await drainingAfter(leaveTaking, (ms) => {
    if (ms === 305) listeners.guests = 0;
  });
  expect(after).toBe(320);
  leaveTaking.stop();
  expect(vi.getTimerCount()).toBe(0);
});

test.each([
  { lameDuck: 10, drain: 1_000, after: 1_000 },
  { lameDuck: 2_000, drain: 1_000, after: 2_000 },
])(
  "who stays connected to a process that was replaced is waited for as long as a drain or a lame duck, $after ms",
  async ({ after, ...timeouts }) => {
    const listeners = { guests: 1, stopAccepting: () => {} };
    const leaveTaking = takeLeaveOfGuests({ timeouts, now }, listeners);
    expect(await drainingAfter(leaveTaking)).toBe(after);
  },
);
