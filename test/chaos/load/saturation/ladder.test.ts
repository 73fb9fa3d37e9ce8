import fc from "fast-check";
import { expect, test } from "vitest";
import {
  findingOf,
  LADDER,
  nextConnections,
  plateauOf,
  type LadderLimits,
  type SaturationStep,
} from "../../../../chaos/load/saturation/ladder.ts";

function step(connections: number, perSecond: number | null, machineBusy = 0.2): SaturationStep {
  return {
    connections,
    perSecond,
    machineBusy,
    stolenShare: 0,
    answered: Math.round(perSecond ?? 0),
    otherStatus: 0,
    timeouts: 0,
    reopened: 0,
    cpuShare: 0.1,
  };
}

/** Every step that a node of this throughput leads to. */
function climb(
  perSecondWith: (connections: number) => number | null,
  limits: LadderLimits = LADDER,
): readonly SaturationStep[] {
  const steps: SaturationStep[] = [];
  for (;;) {
    const connections = nextConnections(steps, limits);
    if (connections === null) return steps;
    steps.push(step(connections, perSecondWith(connections)));
    if (steps.length > 100) throw new Error("The ladder has no end.");
  }
}

test("a node that serves so many requests at once is found to, whatever their number and their time", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 256 }),
      fc.integer({ min: 1, max: 1_000 }),
      (atOnce, serviceMs) => {
        const steps = climb((connections) => (Math.min(connections, atOnce) * 1_000) / serviceMs);
        const finding = findingOf(steps, LADDER);
        if (finding.kind !== "capacity") throw new Error(finding.reason);
        expect(finding.capacity.atOnce).toBeGreaterThan(atOnce / (1 + LADDER.leastGrowth));
        expect(finding.capacity.atOnce).toBeLessThanOrEqual(atOnce * 1.000_001);
        expect(finding.capacity.perSecond).toBeCloseTo(
          (finding.capacity.atOnce * 1_000) / serviceMs,
        );
      },
    ),
  );
});

test("connections double until throughput stops growing, then stay until the plateau has its steps", () => {
  const steps = climb((connections) => Math.min(connections, 6) * 10);
  expect(steps.map(({ connections }) => connections)).toEqual([1, 2, 4, 8, 16, 16, 16]);
  expect(plateauOf(steps, LADDER).map(({ connections }) => connections)).toEqual([16, 16, 16]);
});

test("the steps are bounded: none has more connections than allowed, and they end", () => {
  const limits = { ...LADDER, maxConnections: 50 };
  const steps = climb((connections) => connections * 10, limits);
  expect(steps.map(({ connections }) => connections)).toEqual([1, 2, 4, 8, 16, 32, 50]);
  expect(findingOf(steps, limits)).toEqual({
    kind: "inconclusive",
    reason: "throughput still grew at 50 connections, to 500.0 requests/s",
  });
});

test("the capacity is the median of the plateau, with its least and its most", () => {
  const steps = [step(1, 10), step(2, 20), step(4, 21), step(4, 20.5), step(4, 20)];
  expect(findingOf(steps, LADDER)).toEqual({
    kind: "capacity",
    capacity: { perSecond: 20.5, leastPerSecond: 20, mostPerSecond: 21, atOnce: 2.05 },
  });
});

test("a plateau whose steps differ too much says nothing", () => {
  const steps = [step(1, 10), step(2, 10), step(2, 12), step(2, 10)];
  expect(findingOf(steps, LADDER)).toMatchObject({
    kind: "inconclusive",
    reason: expect.stringContaining("10.0 to 12.0 requests/s"),
  });
});

test("a plateau whose slowest step was the hypervisor's says that, and any other theft changes nothing", () => {
  const slowest = { ...step(2, 10), stolenShare: 0.2 };
  expect(findingOf([step(1, 10), slowest, step(2, 12), step(2, 12)], LADDER)).toMatchObject({
    kind: "invalid",
    reason: expect.stringContaining("its hypervisor took 20 % of the machine's CPU"),
  });
  const fastest = { ...step(2, 12), stolenShare: 0.2 };
  expect(findingOf([step(1, 10), step(2, 10), fastest, step(2, 12)], LADDER).kind).toBe(
    "inconclusive",
  );
  const even = { ...step(2, 10), stolenShare: null };
  expect(findingOf([step(1, 10), slowest, even, even], LADDER).kind).toBe("capacity");
});

test("a machine that was busy in every step of the plateau is not taken for the node", () => {
  const busy = [step(1, 10, 0.1), step(2, 10, 0.95), step(2, 10, 1), step(2, 10, 0.93)];
  expect(findingOf(busy, LADDER)).toMatchObject({
    kind: "invalid",
    reason: expect.stringContaining("at least 93 % of the machine's CPU"),
  });
  expect(findingOf([...busy.slice(0, 3), step(2, 10, 0.5)], LADDER).kind).toBe("capacity");
});

test("a node that answers nothing ends the run at once, and is no capacity of 0", () => {
  const steps = climb(() => null);
  expect(steps).toHaveLength(1);
  expect(findingOf(steps, LADDER)).toMatchObject({
    kind: "invalid",
    reason: expect.stringContaining("nothing was answered with 1 connections"),
  });
  expect(findingOf([], LADDER).kind).toBe("inconclusive");
});
