import { describe, expect, test, vi } from "vitest";
import { parseModel } from "../../../chaos/simulation/model.ts";
import { presetOf } from "../../../chaos/simulation/presets.ts";
import { simulate } from "../../../chaos/simulation/simulate.ts";
import { supermarketTimeInSystem } from "../../../chaos/simulation/supermarket.ts";

// Seconds on an idle machine; a busy one may take minutes.
vi.setConfig({ testTimeout: 180_000 });

/**
 * Results that others have published or derived, from the balancer's own policies. Seeds are fixed,
 * so each of these either always holds or never.
 */

const SERVERS = 1_000;

describe("the supermarket model (Vvedenskaya et al. 1996; Mitzenmacher 2001): mean time in system within 3 %", () => {
  // Requests for which the statistical error is 1 % at most; a queue that is nearly always busy
  // forgets slowly, so it needs many, and a long warm-up (its relaxation time is 1 / (1 − √busy)²).
  test.each([
    ["random", 1, 0.5, 50, 250_000],
    ["random", 1, 0.7, 100, 400_000],
    ["random", 1, 0.8, 200, 700_000],
    ["random", 1, 0.9, 800, 2_500_000],
    ["power-of-two-choices", 2, 0.5, 30, 150_000],
    ["power-of-two-choices", 2, 0.7, 40, 150_000],
    ["power-of-two-choices", 2, 0.8, 50, 200_000],
    ["power-of-two-choices", 2, 0.9, 100, 300_000],
  ] as const)("%s, %d choice(s), busy %d", (policy, choices, busy, warmUpMs, requests) => {
    const model = parseModel(
      {
        about: "Very many equal backends with one worker each; the mean work is 1 ms.",
        arrivals: { kind: "poisson", ratePerSecond: busy * SERVERS * 1_000 },
        work: { kind: "exponential", mean: "1ms" },
        keys: { kind: "uniform", count: 1 },
        backends: [{ count: SERVERS }],
        warmUp: `${warmUpMs}ms`,
        requests,
      },
      "supermarket",
    );
    const { waiting } = simulate(model, policy, 1);
    const ratio = (waiting.meanMs ?? 0) / supermarketTimeInSystem(busy, choices);
    expect(ratio).toBeGreaterThan(0.97);
    expect(ratio).toBeLessThan(1.03);
  });
});

describe("the theory of the supermarket model", () => {
  test.each([
    [1, 0.5, 2],
    [1, 0.9, 10],
    [2, 0.5, 1.2657],
    [2, 0.7, 1.6145],
    [2, 0.8, 1.9474],
    [2, 0.9, 2.6141],
    [3, 0, 1],
  ])("%d choices, busy %d: %d times the work", (choices, busy, expected) => {
    expect(supermarketTimeInSystem(busy, choices)).toBeCloseTo(expected, 4);
  });

  test.each([
    [1, 2, "The share of busy time is 1."],
    [-0.1, 2, "The share of busy time is -0.1."],
    [0.5, 0, "The number of choices is 0."],
    [0.5, 1.5, "The number of choices is 1.5."],
  ])("busy %d with %d choices is refused", (busy, choices, said) => {
    expect(() => supermarketTimeInSystem(busy, choices)).toThrow(said);
  });
});

/**
 * O. Gould, "Beyond Round Robin: Load Balancing for Latency", Buoyant, 2016: about 95 %, 99 % and
 * 99.9 % success. Round robin is 1 − (1/11)(30/60) by arithmetic; the digits of the others are those
 * of simulations of the same experiment.
 */
describe("one slow backend of eleven (Buoyant, 2016)", () => {
  const { model } = presetOf("slow-backend");
  const success = (policy: string, seed: number): number => {
    const { succeeded, requests } = simulate(parseModel(model, "slow-backend"), policy, seed);
    return (100 * succeeded) / requests;
  };

  test.each([1, 2, 3])(
    "round robin, least loaded and peak EWMA succeed as often, in that order: seed %d",
    (seed) => {
      const [roundRobin, leastLoaded, twoChoices, peakEwma] = [
        success("round-robin", seed),
        success("least-connections", seed),
        success("power-of-two-choices", seed),
        success("peak-ewma", seed),
      ];
      // Sixty thousand Poisson arrivals shift what falls into the thirty seconds by half a per cent.
      expect(Math.abs(roundRobin - 95.45)).toBeLessThan(0.1);
      expect(Math.abs(leastLoaded - 99.53)).toBeLessThan(0.1);
      expect(Math.abs(twoChoices - 99.49)).toBeLessThan(0.1);
      expect(Math.abs(peakEwma - 99.93)).toBeLessThan(0.05);
      expect(roundRobin).toBeLessThan(leastLoaded);
      expect(leastLoaded).toBeLessThan(peakEwma);
    },
  );
});
