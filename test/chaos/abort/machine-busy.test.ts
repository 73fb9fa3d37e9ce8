import { expect, test } from "vitest";
import type { TrialSoFar } from "../../../chaos/abort/abort-rule.ts";
import { machineBusy, type Pressure } from "../../../chaos/abort/machine-busy.ts";

const at = (nowMs: number): TrialSoFar => ({
  nowNs: BigInt(nowMs) * 1_000_000n,
  begunNs: 0n,
  armedNs: null,
  probes: [],
  alongside: {},
});

/** A kernel that tells these totals, in microseconds, one a look. */
function kernel(...totals: readonly number[]): Pressure {
  let look = 0;
  return {
    exists: (resource) => resource === "cpu",
    read: () => {
      const total = totals[look];
      look += 1;
      return `some avg10=1.00 avg60=2.00 avg300=3.00 total=${total}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n`;
    },
  };
}

const LIMIT = { resource: "cpu", share: 0.5, withinMs: 1_000 } as const;

test("it fires once processes waited for more than that share of a whole stretch", () => {
  const rule = machineBusy(LIMIT, kernel(0, 900_000, 900_000, 1_500_001));
  const ask = rule.watch();
  expect(rule.title).toBe("processes waited for cpu in more than 50 % of 1000 ms");
  // The stretch is not whole yet.
  expect([ask(at(0)), ask(at(999))]).toEqual([null, null]);
  expect(ask(at(1_999))).toBeNull();
  expect(ask(at(2_999))).toBe("they did in 60 %");
});

test("waiting as long as that share is not more", () => {
  const ask = machineBusy(LIMIT, kernel(0, 500_000)).watch();
  expect([ask(at(0)), ask(at(1_000))]).toEqual([null, null]);
});

test("a kernel that does not tell is named before anything is started", () => {
  expect(machineBusy(LIMIT, kernel()).missing?.()).toBeNull();
  expect(machineBusy({ ...LIMIT, resource: "io" }, kernel()).missing?.()).toMatch(
    /no \/proc\/pressure\/io; leave the rule out/,
  );
});

test.each([
  [{ ...LIMIT, share: 1 }, /share is 1/],
  [{ ...LIMIT, withinMs: 0 }, /withinMs is 0/],
])("limits that cannot be are refused", (limit, message) => {
  expect(() => machineBusy(limit)).toThrow(message);
});
