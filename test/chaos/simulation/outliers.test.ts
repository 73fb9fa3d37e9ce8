import { describe, expect, test } from "vitest";
import { parseModel, type ModelInput } from "../../../chaos/simulation/model.ts";
import { simulate } from "../../../chaos/simulation/simulate.ts";
import type { RunResult } from "../../../chaos/simulation/run-result.ts";

/** One of six backends answers errors within a millisecond from the first moment on. */
const FAILING: ModelInput = {
  about: "Six backends, one of which fails fast.",
  arrivals: { kind: "poisson", ratePerSecond: 200 },
  work: { kind: "exponential", mean: "10ms" },
  backends: [{ count: 6, workers: 2 }],
  changes: [{ at: "0ms", becomes: { kind: "failing", time: "1ms" } }],
  duration: "10s",
};
/** Of two thousand requests a sixth, by turns. */
const ITS_TURNS = { least: 290, most: 380 };
/** Five in a row, and what was under way at the fifth. */
const UNTIL_EJECTED = { least: 5, most: 7 };

function run(change: Partial<ModelInput>, seed = 1, policy = "round-robin"): RunResult {
  return simulate(parseModel({ ...FAILING, ...change }, "a test's model"), policy, seed);
}

function expectBetween(value: number, { least, most }: typeof ITS_TURNS): void {
  expect(value).toBeGreaterThanOrEqual(least);
  expect(value).toBeLessThanOrEqual(most);
}

describe("a backend that fails", () => {
  test("keeps its turns without outlier detection", () => {
    expectBetween(run({}).failed.errors, ITS_TURNS);
  });

  test("is ejected after five failures in a row, for longer than the rest of the run", () => {
    const { failed } = run({ outlierDetection: {} });
    expectBetween(failed.errors, UNTIL_EJECTED);
    expect(failed).toMatchObject({ late: 0, refused: 0, unserved: 0 });
  });

  test("comes back when its time is up, and is out for longer each time", () => {
    // Out from 0 to 1 s, to 3 s, to 6 s, and to the end.
    const { failed } = run({ outlierDetection: { baseEjection: "1s", interval: "1m" } });
    expectBetween(failed.errors, { least: 4 * 5, most: 4 * UNTIL_EJECTED.most });
  });

  test("that fails a share of its requests is found by its rate of successes", () => {
    const half: Partial<ModelInput> = {
      changes: [{ at: "0ms", becomes: { kind: "failing", share: 0.5, time: "1ms" } }],
      // Five in a row are too many to come by chance here.
      outlierDetection: { consecutive5xx: 0, interval: "2s", successRate: { minimumRequests: 20 } },
    };
    const { failed } = run(half);
    // Half of its turns in the first interval of five.
    expectBetween(failed.errors, { least: 20, most: 50 });
  });

  test("is judged by each balancer alone", () => {
    const one = run({ outlierDetection: {} }).failed.errors;
    const three = run({ outlierDetection: {}, balancers: { count: 3 } }).failed.errors;
    expectBetween(three, { least: 3 * UNTIL_EJECTED.least, most: 3 * UNTIL_EJECTED.most });
    expect(three).toBeGreaterThan(one);
  });
});

test("a backend that is slower than the others is found by its latency", () => {
  const slow: Partial<ModelInput> = {
    changes: [{ at: "0ms", becomes: { kind: "fixed-time", time: "400ms" } }],
  };
  const without = run(slow).waiting.meanMs ?? 0;
  const detected = run({ ...slow, outlierDetection: { interval: "1s" } }).waiting.meanMs ?? 0;
  // A sixth of all wait for 400 ms, or a sixth of those of the first second.
  expectBetween(without, { least: 65, most: 90 });
  expectBetween(detected, { least: 12, most: 25 });
});

test("nobody is ejected for what all have in common", () => {
  const all: Partial<ModelInput> = {
    changes: [{ at: "0ms", count: 6, becomes: { kind: "failing", time: "1ms" } }],
    outlierDetection: {},
  };
  const { requests, failed } = run(all);
  expect(failed).toEqual({ errors: requests, late: 0, refused: 0, unserved: 0 });
});

test("a backend that nobody reaches is out after three failures, which are tried elsewhere", () => {
  const gone: Partial<ModelInput> = {
    changes: [{ at: "0ms", becomes: { kind: "gone" } }],
    outlierDetection: {},
  };
  expect(run(gone).failed).toMatchObject({ refused: 3, unserved: 0 });
  const retried = run({ ...gone, retry: { attempts: 1 } });
  expect(retried.succeeded).toBe(retried.requests);
});

test("a check that passes takes it back where that is wanted, and what it fails then ejects it again", () => {
  const checked = (readmitOnPass: boolean): number =>
    run({
      healthCheck: { interval: "1s", timeout: "500ms" },
      outlierDetection: { readmitOnPass },
    }).failed.errors;
  expectBetween(checked(false), UNTIL_EJECTED);
  // Ten rounds of checks, some of which come before the fifth failure.
  expectBetween(checked(true), { least: 8 * 5, most: 11 * UNTIL_EJECTED.most });
});

test.each(["least-connections", "peak-ewma"])("%s gives the same for the same seed", (policy) => {
  const once = (seed: number) =>
    JSON.stringify(
      run({ outlierDetection: { baseEjection: "1s", jitter: "500ms" } }, seed, policy),
    );
  expect(once(7)).toBe(once(7));
  expect(once(7)).not.toBe(once(8));
});

test("a wrong setting is refused as in the balancer's configuration", () => {
  const wrong = { baseEjection: "2m", maximumEjection: "1m" } as const;
  expect(() => run({ outlierDetection: wrong })).toThrow(/maximumEjection.*baseEjection/);
});
