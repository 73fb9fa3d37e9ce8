import fc from "fast-check";
import { expect, test } from "vitest";
import { killNode } from "../../../chaos/faults/kill-node.ts";
import { repeat, rollingRestart, sequence, timeSlices } from "../../../chaos/faults/steps.ts";
import { addressOwner, node } from "../../../chaos/faults/target.ts";

const fault = killNode(node("app-1"), { silent: true });
const ONE = { fault, afterMs: 10, forMs: 100 };
const OTHER = { fault, afterMs: 20, forMs: 200 };

test("a sequence is its parts in order", () => {
  expect(sequence(ONE, [OTHER, ONE], OTHER)).toEqual([ONE, OTHER, ONE, OTHER]);
});

test("what is repeated pauses between two times, and not within", () => {
  expect(repeat([ONE, OTHER], { times: 1, pauseMs: 500 })).toEqual([ONE, OTHER]);
  expect(repeat([ONE, OTHER], { times: 3, pauseMs: 500 })).toEqual([
    ...[ONE, OTHER],
    ...[{ ...ONE, afterMs: 510 }, OTHER],
    ...[{ ...ONE, afterMs: 510 }, OTHER],
  ]);
  expect(repeat([ONE], { times: 2 })).toEqual([ONE, ONE]);
});

test("a rolling restart stops one node after another as planned", () => {
  const steps = rollingRestart([node("app-1"), addressOwner], {
    graceMs: 5_000,
    downMs: 300,
    betweenMs: 700,
    afterMs: 50,
  });
  expect(steps).toMatchObject([
    { afterMs: 50, forMs: 300, fault: { title: "planned stop of node app-1" } },
    { afterMs: 700, forMs: 300, fault: { title: `planned stop of ${addressOwner.title}` } },
  ]);
  expect(rollingRestart([node("app-1")], { graceMs: 1 })).toMatchObject([{ afterMs: 0, forMs: 0 }]);
});

test("time slices are active once in each, for their share, at places that the seed decides", () => {
  const options = fc.record({
    share: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
    everyMs: fc.integer({ min: 1, max: 10_000 }),
    times: fc.integer({ min: 1, max: 20 }),
    seed: fc.integer(),
  });
  fc.assert(
    fc.property(options, (wanted) => {
      const steps = timeSlices(fault, wanted);
      expect(steps).toHaveLength(wanted.times);
      expect(timeSlices(fault, wanted)).toEqual(steps);
      let atMs = 0;
      for (const [index, { afterMs, forMs = NaN }] of steps.entries()) {
        expect(afterMs).toBeGreaterThanOrEqual(0);
        expect(forMs).toBeCloseTo(wanted.everyMs * wanted.share);
        atMs += afterMs;
        expect(atMs).toBeGreaterThanOrEqual(index * wanted.everyMs - 1e-6);
        atMs += forMs;
        expect(atMs).toBeLessThanOrEqual((index + 1) * wanted.everyMs + 1e-6);
      }
    }),
  );
  const wanted = { share: 0.2, everyMs: 1_000, times: 5 };
  expect(timeSlices(fault, { ...wanted, seed: 1 })).not.toEqual(
    timeSlices(fault, { ...wanted, seed: 2 }),
  );
});

test("no times, and shares that leave nothing on either side, are refused", () => {
  for (const times of [0, 1.5, Number.NaN]) {
    expect(() => repeat([ONE], { times })).toThrow(`repeat: times is ${times}`);
    expect(() => timeSlices(fault, { share: 0.5, everyMs: 9, times, seed: 1 })).toThrow(RangeError);
  }
  for (const share of [0, 1, Number.NaN]) {
    expect(() => timeSlices(fault, { share, everyMs: 9, times: 1, seed: 1 })).toThrow(
      `timeSlices: share is ${share}`,
    );
  }
});
