import { describe, expect, test } from "vitest";
import type { TrialSoFar } from "../../../chaos/abort/abort-rule.ts";
import { longerThan, moreFailedThan } from "../../../chaos/abort/rules.ts";
import type { Outcome, ProbeRecord } from "../../../chaos/measurement/probe.ts";
import { record } from "../load/fake-program.ts";

const MS = 1_000_000n;

/** Probes that ended so, one a millisecond, the last of them now. */
function ended(nowMs: number, ...outcomes: readonly Outcome[]): ProbeRecord[] {
  return outcomes.map((outcome, index) =>
    record(BigInt(nowMs - outcomes.length + 1 + index) * MS, outcome),
  );
}

function seen(nowMs: number, change: Partial<TrialSoFar> = {}): TrialSoFar {
  return {
    nowNs: BigInt(nowMs) * MS,
    begunNs: 0n,
    armedNs: 1n,
    probes: [],
    alongside: {},
    ...change,
  };
}

const fails = (count: number): Outcome[] => Array.from({ length: count }, () => "timeout");
const passes = (count: number): Outcome[] => Array.from({ length: count }, () => "ok");

describe("more failed than a number", () => {
  const rule = moreFailedThan({ count: 2, withinMs: 100 });

  test("fires with the first beyond it, and tells of how many", () => {
    const ask = rule.watch();
    expect(rule.title).toBe("more than 2 requests failed within 100 ms");
    expect(ask(seen(1_000, { probes: ended(1_000, ...fails(2), "ok") }))).toBeNull();
    expect(ask(seen(1_000, { probes: ended(1_000, ...fails(3), "ok") }))).toBe(
      "3 of 4 requests failed",
    );
  });

  test("forgets what ended before the last stretch", () => {
    const ask = rule.watch();
    const probes = ended(1_000, ...fails(3));
    // The first of them ended at 998 ms.
    expect(ask(seen(1_098, { probes }))).not.toBeNull();
    expect(ask(seen(1_099, { probes }))).toBeNull();
  });

  test("counts nothing before the steady state, nor what began before it", () => {
    const ask = rule.watch();
    const probes = ended(1_000, ...fails(3));
    expect(ask(seen(1_000, { probes, armedNs: null }))).toBeNull();
    expect(ask(seen(1_000, { probes, armedNs: 999n * MS }))).toBeNull();
    expect(ask(seen(1_000, { probes, armedNs: 998n * MS }))).not.toBeNull();
  });

  test("counts held connections that are lost after the steady state, whenever they were opened", () => {
    const of = moreFailedThan({ count: 1, withinMs: 100, load: "streams" });
    const lost = (...atMs: readonly number[]): ProbeRecord[] =>
      atMs.map((ms) => ({
        ...record(10n * MS, "eof"),
        class: "long-lived",
        completedNs: (BigInt(ms) * MS).toString(),
      }));
    const ask = (streams: readonly ProbeRecord[]) =>
      of.watch()(seen(1_000, { armedNs: 950n * MS, alongside: { streams } }));
    expect(ask(lost(940, 949, 950))).toBeNull();
    expect(ask(lost(949, 950, 990))).toBe("2 of 2 requests failed");
    expect(ask(lost(899, 990))).toBeNull();
  });

  test("of another load looks at that alone", () => {
    const of = moreFailedThan({ count: 0, withinMs: 100, load: "carts" });
    expect(of.title).toBe("more than 0 requests of load carts failed within 100 ms");
    expect(of.load).toBe("carts");
    const failed = ended(1_000, "eof");
    expect(of.watch()(seen(1_000, { probes: failed }))).toBeNull();
    expect(of.watch()(seen(1_000, { alongside: { carts: failed } }))).not.toBeNull();
  });
});

test("more failed than a share needs twenty requests, and more than that share of them", () => {
  const rule = moreFailedThan({ share: 0.1, withinMs: 100 });
  const ask = rule.watch();
  expect(rule.title).toBe("more than 10 % of the requests failed within 100 ms");
  const of = (failed: number, ok: number) =>
    ask(seen(1_000, { probes: ended(1_000, ...fails(failed), ...passes(ok)) }));
  expect(of(19, 0)).toBeNull();
  expect(of(2, 18)).toBeNull();
  expect(of(3, 17)).toBe("3 of 20 requests failed");
});

test("longer than a time counts from before the deployment", () => {
  const ask = longerThan(500).watch();
  expect(ask(seen(500, { armedNs: null }))).toBeNull();
  expect(ask(seen(501, { armedNs: null }))).toBe("it has taken 501 ms");
});

test.each([
  ["half a count", () => moreFailedThan({ count: 0.5, withinMs: 1 }), /count is 0\.5/],
  ["a share of one", () => moreFailedThan({ share: 1, withinMs: 1 }), /share is 1\b/],
  ["no stretch", () => moreFailedThan({ count: 1, withinMs: 0 }), /withinMs is 0/],
  ["no time", () => longerThan(0), /ms is 0/],
])("%s is refused where it is declared", (_, make, message) => {
  expect(make).toThrow(message);
});
