import { expect, test } from "vitest";
import { estimateDuration } from "../../../chaos/plan/duration.ts";
import { balancerNodeKilled } from "../../../scenarios/balancer-node-killed.scenario.ts";
import { sessionStoreStalled } from "../../../scenarios/session-store-stalled.scenario.ts";

test("a run lasts at least its steady states, faults and stable recoveries", () => {
  const { leastMs, mostMs } = estimateDuration(balancerNodeKilled, 10, "namespace");
  const { steadyState, stableMs, observeMs, load } = balancerNodeKilled;
  expect(leastMs).toBeGreaterThan(10 * (steadyState.durationMs + stableMs + load.totalTimeoutMs));
  expect(mostMs - leastMs).toBeCloseTo(10 * (observeMs - stableMs - load.totalTimeoutMs));
});

test("every fault's wait and duration count", () => {
  const { faults } = sessionStoreStalled;
  const of = (change: Partial<typeof sessionStoreStalled>): number =>
    estimateDuration({ ...sessionStoreStalled, ...change }, 1, "namespace").mostMs;
  const waits = faults.reduce((sum, { afterMs, forMs }) => sum + afterMs + (forMs ?? 0), 0);
  expect(of({}) - of({ faults: [] })).toBeCloseTo(waits);
  expect(waits).toBeGreaterThan(6_000);
});

test("it grows with the trials, and containers take longer than a lab", () => {
  const [one, three] = [1, 3].map(
    (trials) => estimateDuration(balancerNodeKilled, trials, "namespace").mostMs,
  );
  expect(three).toBeCloseTo(3 * (one ?? 0));
  expect(estimateDuration(balancerNodeKilled, 1, "docker").leastMs).toBeGreaterThan(
    estimateDuration(balancerNodeKilled, 1, "namespace").leastMs,
  );
});
