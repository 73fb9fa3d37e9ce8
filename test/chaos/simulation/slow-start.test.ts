import { expect, test, vi } from "vitest";
import { parseModel } from "../../../chaos/simulation/model.ts";
import { simulate } from "../../../chaos/simulation/simulate.ts";
import { slowStartShare } from "../../../chaos/simulation/slow-start-share.ts";

// Seconds on an idle machine; a busy one may take minutes.
vi.setConfig({ testTimeout: 180_000 });

const WINDOW_MS = 30_000;
const BACKENDS = 10;

/** Shares of the requests that a backend got in each tenth of its slow start, and how many there were. */
function sharesOf(policy: string, requests: number, slowStart: object): number[] {
  const model = parseModel(
    {
      about: "One backend of ten comes back; what is counted is its slow start.",
      arrivals: { kind: "poisson", ratePerSecond: (requests * 1_000) / WINDOW_MS },
      work: { kind: "exponential", mean: "1ms" },
      backends: [{ count: BACKENDS, workers: "unlimited" }],
      changes: [
        { at: "1s", becomes: { kind: "withdrawn" } },
        { at: "3s", becomes: { kind: "admitted" } },
      ],
      slowStart: { window: `${WINDOW_MS}ms`, ...slowStart },
      warmUp: "3s",
      duration: `${WINDOW_MS}ms`,
    },
    "slow start",
  );
  const { windows } = simulate(model, policy, 1);
  return Array.from({ length: 10 }, (_, tenth) => {
    const own = windows.slice(tenth * 6, tenth * 6 + 6);
    const arrived = own.reduce((sum, window) => sum + window.arrived, 0);
    return own.reduce((sum, window) => sum + window.toChanged, 0) / arrived;
  });
}

/** What the curve gives it in a tenth. */
function expectedOf(tenth: number, aggression: number, minimumWeight: number): number {
  const curve = { backends: BACKENDS, aggression, minimumWeight };
  return slowStartShare(curve, tenth / 10, (tenth + 1) / 10);
}

test("the share of the curve is that of its weight beside the others", () => {
  const curve = { backends: 10, aggression: 1, minimumWeight: 0.1 };
  expect(slowStartShare(curve, 0, 0.1)).toBeCloseTo(0.1 / 9.1, 9);
  // The mean of w / (9 + w) from 0.9 to 1 is 1 − 90 ln(10 / 9.9).
  expect(slowStartShare(curve, 0.9, 1)).toBeCloseTo(1 - 90 * Math.log(10 / 9.9), 9);
  expect(slowStartShare({ ...curve, aggression: 1_000 }, 0.5, 1)).toBeCloseTo(0.1, 3);
});

test.each([
  ["round-robin", 1_000_000, 1, 0.1],
  ["round-robin", 200_000, 2, 0.3],
  ["random", 200_000, 1, 0.1],
  ["weighted-round-robin", 200_000, 1, 0.1],
  ["least-connections", 200_000, 1, 0.1],
  ["power-of-two-choices", 200_000, 1, 0.1],
])(
  "%s, %d requests, aggression %d, minimum %d: in each tenth the share is within a twentieth of the curve (Envoy, slow start)",
  (policy, requests, aggression, minimumWeight) => {
    const shares = sharesOf(policy, requests, { aggression, minimumWeight });
    const ratios = shares.map(
      (share, tenth) => share / expectedOf(tenth, aggression, minimumWeight),
    );
    expect(Math.min(...ratios)).toBeGreaterThan(0.95);
    expect(Math.max(...ratios)).toBeLessThan(1.05);
  },
);

test("a policy that gives shares by latency gives no more than the curve", () => {
  const ratios = sharesOf("peak-ewma", 200_000, {}).map(
    (share, tenth) => share / expectedOf(tenth, 1, 0.1),
  );
  expect(Math.max(...ratios)).toBeLessThan(1.05);
  // After a slow answer it gets less than its share for a while, and more at no time.
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
  expect(mean).toBeGreaterThan(0.9);
});

test("after a slow start that lasts no time the share is whole at once", () => {
  const [first = 0] = sharesOf("round-robin", 100_000, { window: "1ms" });
  expect(first).toBeCloseTo(1 / BACKENDS, 2);
});
