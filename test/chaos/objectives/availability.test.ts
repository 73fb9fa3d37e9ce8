import { expect, test } from "vitest";
import {
  availabilityAtLeast,
  latencyAtMost,
  longestUnavailabilityAtMost,
} from "../../../chaos/objectives/availability.ts";
import { judgeTrial } from "../../../chaos/objectives/judge.ts";
import {
  afterTheFault,
  afterTheRecovery,
  beforeTheFault,
  duringTheFault,
} from "../../../chaos/objectives/stretches.ts";
import type { Objective } from "../../../chaos/scenario.ts";
import { faultAt, NEVER, probe, trialData } from "./trial-data.ts";

/** Healed after 100 ms: before it 2 of 2 good, during it 1 of 2, after it 3 of 4. */
const healed = trialData({
  trial: { faults: [faultAt(0, 100)] },
  marks: { recovered: 60 },
  failedDuring: 1,
  probes: [
    ...[probe(-20, -15), probe(-10, -2)],
    ...[probe(10, 30, "reset"), probe(50, 90)],
    ...[probe(110, 112), probe(120, 123), probe(130, 140, "eof"), probe(150, 151)],
  ],
});
const lasting = { ...healed, trial: { ...healed.trial, faults: [faultAt(0, null)] } };

const valueOf = (objective: Objective, data = healed) => judgeTrial(objective, data).measured;

test.each([
  ["before", beforeTheFault, 1],
  ["during", duringTheFault, 1 / 2],
  ["after", afterTheFault, 3 / 4],
  ["recovered", afterTheRecovery, 3 / 4],
] as const)(
  "availability %s the fault is the share of what was sent then",
  (id, stretch, share) => {
    const objective = availabilityAtLeast({ stretch, atLeast: 0.75, minimumRequests: 1 });
    expect(objective.id).toBe(`availability-${id}`);
    expect(valueOf(objective)).toEqual({ value: share });
    expect(judgeTrial(objective, healed).verdict).toBe(share < 0.75 ? "fail" : "pass");
  },
);

test("a fault that lasts is during to the end, and has nothing after it", () => {
  expect(valueOf(availabilityAtLeast({ stretch: duringTheFault, atLeast: 0 }), lasting)).toEqual({
    value: 4 / 6,
  });
  expect(
    judgeTrial(availabilityAtLeast({ stretch: afterTheFault, atLeast: 0 }), lasting),
  ).toMatchObject({
    verdict: "inconclusive",
    measured: { value: null, reason: "fault 1 was not healed" },
  });
});

test("the last healing of several faults ends the time during them", () => {
  const faults = [faultAt(0, 20), faultAt(50, 100)];
  const data = { ...healed, trial: { ...healed.trial, faults } };
  expect(valueOf(availabilityAtLeast({ stretch: afterTheFault, atLeast: 0 }), data)).toEqual({
    value: 3 / 4,
  });
});

test("what never recovered has no time after the recovery; what was never hurt is all after it", () => {
  const objective = availabilityAtLeast({
    stretch: afterTheRecovery,
    atLeast: 1,
    minimumRequests: 1,
  });
  const never = trialData({ trial: { outage: NEVER }, failedDuring: 2, probes: [probe(1, 2)] });
  expect(judgeTrial(objective, never)).toMatchObject({ verdict: "inconclusive" });
  const unharmed = trialData({ trial: { outage: { value: 0 } }, probes: [probe(1, 2)] });
  expect(valueOf(objective, unharmed)).toEqual({ value: 1 });
});

test("nothing sent in a stretch is no availability of any size", () => {
  const objective = availabilityAtLeast({ stretch: beforeTheFault, atLeast: 0 });
  expect(judgeTrial(objective, trialData({ probes: [probe(1, 2)] }))).toMatchObject({
    verdict: "inconclusive",
    measured: { reason: "no request began then" },
  });
});

test("latency is a quantile of what succeeded in the stretch, from the intended time", () => {
  const [late, ...others] = healed.probes;
  if (late === undefined) throw new RangeError("no probe");
  // It was due 10 ms before it was sent.
  const intendedNs = String(BigInt(late.intendedNs) - 10_000_000n);
  const data = { ...healed, probes: [{ ...late, intendedNs }, ...others] };
  const before = { stretch: beforeTheFault, atMostMs: 10, minimumRequests: 1 } as const;
  const median = latencyAtMost({ ...before, quantile: 0.5 });
  expect(median.id).toBe("latency-p50-before");
  expect(valueOf(median, data)).toEqual({ value: 8 });
  expect(judgeTrial(latencyAtMost({ ...before, quantile: 0.99 }), data)).toMatchObject({
    verdict: "fail",
    measured: { value: 15 },
  });
  expect(latencyAtMost({ ...before, quantile: 0.999 }).id).toBe("latency-p99-9-before");
});

test("latency of failures alone is unknown", () => {
  const data = trialData({ probes: [probe(1, 2, "timeout")] });
  const objective = latencyAtMost({ stretch: duringTheFault, quantile: 0.5, atMostMs: 99 });
  expect(judgeTrial(objective, data)).toMatchObject({
    verdict: "inconclusive",
    measured: { reason: "no request succeeded then" },
  });
});

test("the longest unavailability spans failures in a row up to the end of the next success", () => {
  const probes = [
    ...[probe(0, 2), probe(10, 40, "timeout"), probe(20, 50, "timeout"), probe(30, 33)],
    ...[probe(40, 44, "reset"), probe(50, 51)],
  ];
  const objective = longestUnavailabilityAtMost({ atMostMs: 20 });
  expect(judgeTrial(objective, trialData({ probes }))).toMatchObject({
    verdict: "fail",
    measured: { value: 23 },
  });
  expect(valueOf(objective, trialData({ probes: [probe(0, 2)] }))).toEqual({ value: 0 });
});

test("an unavailability that was not over is of at least what was seen", () => {
  const data = trialData({ probes: [probe(0, 2), probe(10, 60, "timeout")] });
  expect(judgeTrial(longestUnavailabilityAtMost({ atMostMs: 20 }), data)).toMatchObject({
    verdict: "fail",
    measured: { value: null, atLeast: 50 },
  });
  expect(judgeTrial(longestUnavailabilityAtMost({ atMostMs: 90 }), data)).toMatchObject({
    verdict: "inconclusive",
  });
});

test("each of them can speak of a further load", () => {
  const data = trialData({ probes: [probe(1, 2, "eof")], alongside: { quick: [probe(1, 2)] } });
  const quick = { of: "quick", minimumRequests: 1 };
  const { of } = quick;
  const during = availabilityAtLeast({ stretch: duringTheFault, atLeast: 1, ...quick });
  expect(during.id).toBe("availability-during-quick");
  expect(judgeTrial(during, data)).toMatchObject({ verdict: "pass" });
  expect(judgeTrial(longestUnavailabilityAtMost({ atMostMs: 0, of }), data).verdict).toBe("pass");
  const latency = latencyAtMost({ stretch: duringTheFault, quantile: 1, atMostMs: 1, ...quick });
  expect(judgeTrial(latency, data)).toMatchObject({ verdict: "pass", measured: { value: 1 } });
});

/** So many requests during the fault, each answered after 1 ms; and one that failed. */
const answered = (count: number) =>
  trialData({
    observedMs: 2_000,
    probes: [
      ...Array.from({ length: count }, (_, index) => probe(index / 2, index / 2 + 1)),
      ...[probe(5, 6, "reset")],
    ],
  });

test.each([
  [0.5, 2],
  [0.75, 4],
  // 1 / (1 − 0.9) is a little more than 10 to a computer.
  [0.9, 10],
  [0.95, 20],
  [0.99, 100],
  [0.999, 1_000],
  [1, 10],
])("a share of %s and a quantile of it need %s requests", (share, least) => {
  const stretch = duringTheFault;
  const available = availabilityAtLeast({ stretch, atLeast: share });
  const latency = latencyAtMost({ stretch, quantile: share, atMostMs: 1 });
  // The failed one is a request, but has no latency.
  expect(valueOf(available, answered(least - 1))).toEqual({ value: (least - 1) / least });
  expect(judgeTrial(available, answered(least - 2))).toMatchObject({
    verdict: "inconclusive",
    measured: { reason: `${least - 1} requests began then, ${least} are needed` },
  });
  expect(valueOf(latency, answered(least))).toEqual({ value: 1 });
  expect(judgeTrial(latency, answered(least - 1))).toMatchObject({
    verdict: "inconclusive",
    measured: { reason: `${least - 1} requests succeeded then, ${least} are needed` },
  });
});

test("how many requests are needed can be said, and no number of them is enough for none", () => {
  const few = { stretch: duringTheFault, minimumRequests: 3 } as const;
  const available = availabilityAtLeast({ ...few, atLeast: 0.99 });
  expect(judgeTrial(available, answered(2)).verdict).toBe("fail");
  expect(judgeTrial(available, answered(1)).verdict).toBe("inconclusive");
  const latency = latencyAtMost({ ...few, quantile: 0.99, atMostMs: 1 });
  expect(judgeTrial(latency, answered(3)).verdict).toBe("pass");
  expect(judgeTrial(latency, answered(2)).verdict).toBe("inconclusive");
  const none = availabilityAtLeast({ ...few, atLeast: 0.5, minimumRequests: NaN });
  expect(judgeTrial(none, answered(9)).verdict).toBe("inconclusive");
});
