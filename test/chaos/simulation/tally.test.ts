import { describe, expect, test } from "vitest";
import { CURVE } from "../../../chaos/simulation/run-result.ts";
import { Tally } from "../../../chaos/simulation/tally.ts";

/** A tally of the minute after a warm-up of 10 s. */
function tallyOf(backends: number, changed: readonly number[] = []): Tally {
  return new Tally(10_000, 60_000, backends, new Set(changed));
}

describe("waiting", () => {
  test("is by nearest rank over requests that were answered or given up", () => {
    const tally = tallyOf(1);
    for (let ms = 10_000; ms >= 1; ms -= 1) tally.ended(20_000, 20_000 + ms, "ok");
    const { waiting } = tally.result("any", 1, 0);
    expect(waiting).toMatchObject({
      meanMs: 5_000.5,
      p50Ms: 5_000,
      p90Ms: 9_000,
      p99Ms: 9_900,
      p999Ms: 9_990,
      maxMs: 10_000,
    });
    expect(waiting.curveMs[0]).toBe(5_000);
    expect(waiting.curveMs).toHaveLength(CURVE.length);
    expect(waiting.curveMs.at(-1)).toBeNull();
  });

  test.each([
    [19, null, null],
    [20, 1, null],
    [999, 1, null],
    [1_000, 1, 1],
  ])("of %d requests is told only as far as ten lie beyond: p50 %s, p99 %s", (n, p50Ms, p99Ms) => {
    const tally = tallyOf(1);
    for (let index = 0; index < n; index += 1) tally.ended(20_000, 20_001, "ok");
    expect(tally.result("any", 1, 0).waiting).toMatchObject({ p50Ms, p99Ms });
  });

  test("counts requests that were late, and none that failed otherwise", () => {
    const tally = tallyOf(1);
    tally.ended(20_000, 20_300, "late");
    for (const outcome of ["errors", "refused", "unserved"] as const) {
      tally.ended(20_000, 20_001, outcome);
    }
    const { failed, requests, succeeded, waiting } = tally.result("any", 1, 0);
    expect([requests, succeeded]).toEqual([4, 0]);
    expect(failed).toEqual({ late: 1, errors: 1, refused: 1, unserved: 1 });
    expect(waiting.meanMs).toBe(300);
  });

  test("without requests is unknown, not 0", () => {
    const { waiting, balance } = tallyOf(2).result("any", 1, 0);
    expect(waiting).toMatchObject({ meanMs: null, p50Ms: null, maxMs: null });
    expect(balance).toEqual({ maxOverMean: null, jain: null, mostInFlight: 0 });
  });
});

test("balance is of the requests sent: the most over the mean, and Jain's index", () => {
  const tally = tallyOf(4);
  for (const [backend, count] of [6, 2, 0, 0].entries()) {
    for (let sent = 1; sent <= count; sent += 1) tally.sent(20_000, backend, sent);
  }
  expect(tally.result("any", 1, 0).balance).toEqual({
    maxOverMean: 3,
    jain: 64 / (4 * 40),
    mostInFlight: 6,
  });
});

test("a request belongs to the window in which it arrived, and the last takes what came later than expected", () => {
  const tally = tallyOf(2, [1]);
  tally.sent(10_000, 1, 1);
  tally.ended(10_000, 65_000, "ok");
  tally.sent(10_999, 0, 1);
  tally.ended(10_999, 11_000, "errors");
  tally.sent(75_000, 1, 1);
  tally.ended(75_000, 75_001, "ok");
  const { windows } = tally.result("any", 1, 0);
  expect(windows).toHaveLength(60);
  expect(windows[0]).toMatchObject({ fromMs: 10_000, arrived: 2, failed: 1, toChanged: 1 });
  expect(windows[1]).toMatchObject({ fromMs: 11_000, arrived: 0, failed: 0, toChanged: 0 });
  expect(windows[59]).toMatchObject({ fromMs: 69_000, arrived: 1, failed: 0, toChanged: 1 });
});
