import { describe, expect, test } from "vitest";
import { judgeTrial } from "../../../chaos/objectives/judge.ts";
import {
  detectionWithin,
  eventsAtLeast,
  eventsAtMost,
  failedAtMost,
  failedAtMostInFlight,
  failedAtMostInFlightAtMove,
  openAtMoveAtLeast,
  failedShareUntilDetection,
  failuresEndWithin,
  noFailureAfterMove,
  noFailureAfterRecovery,
  outageWithin,
} from "../../../chaos/objectives/objectives.ts";
import type { Objective, TrialData } from "../../../chaos/scenario.ts";
import type { TimelineEvent } from "../../../chaos/environment/environment.ts";
import { FAULT_NS, NEVER, probe, trialData, UNKNOWN, windowOf } from "./trial-data.ts";

const WINDOW = windowOf(100, 200);

function unhealthy(atMs: number, node = "lb-a"): TimelineEvent {
  return {
    schema: "evenkeel.event/1",
    node,
    process: "balancer",
    monotonicNs: (FAULT_NS + BigInt(atMs * 1e6)).toString(),
    type: "backend.unhealthy",
    data: { backend: "web-1" },
  };
}

const EJECTED = { id: "ejected", title: "ejected", type: "backend.unhealthy" } as const;

describe("each objective", () => {
  test.each<[string, Objective, TrialData, string]>([
    ["outage inside", outageWithin({ window: WINDOW }), trialData(), "pass"],
    [
      "outage never over",
      outageWithin({ window: WINDOW }),
      trialData({ trial: { outage: NEVER }, failedDuring: 9 }),
      "fail",
    ],
    [
      "outage unseen, nothing failed",
      outageWithin({ window: WINDOW }),
      trialData({ trial: { outage: NEVER } }),
      "inconclusive",
    ],
    [
      "no outage where theory demands one",
      outageWithin({ window: WINDOW }),
      trialData({ trial: { outage: { value: 0 } } }),
      "fail",
    ],
    ["never detected", detectionWithin({ window: WINDOW }), trialData(), "fail"],
    [
      "never detected, observed for too short a time",
      detectionWithin({ window: WINDOW }),
      trialData({ observedMs: 150 }),
      "inconclusive",
    ],
    [
      "quiet after the recovery",
      noFailureAfterRecovery(),
      trialData({ marks: { recovered: 100 } }),
      "pass",
    ],
    [
      "never recovered",
      noFailureAfterRecovery(),
      trialData({ trial: { outage: NEVER }, failedDuring: 9 }),
      "fail",
    ],
    [
      "nothing was seen after the fault",
      noFailureAfterRecovery(),
      trialData({ trial: { outage: UNKNOWN } }),
      "inconclusive",
    ],
    [
      "a failure among those in flight",
      failedAtMostInFlight(),
      trialData({ probes: [probe(-2, 5, "reset")] }),
      "pass",
    ],
    [
      "a failure of one that began later",
      failedAtMostInFlight(),
      trialData({ probes: [probe(2, 5, "refused")] }),
      "fail",
    ],
    [
      "in flight elsewhere allows no failure here",
      failedAtMostInFlight(),
      trialData({ probes: [probe(-2, 5, "ok", "web-2"), probe(2, 5, "refused")] }),
      "fail",
    ],
    [
      "no probe ended after the fault",
      failedAtMostInFlight(),
      trialData({ probes: [probe(-9, -5)] }),
      "inconclusive",
    ],
    [
      "open when the address moved",
      failedAtMostInFlightAtMove(),
      trialData({ marks: { moved: 10 }, probes: [probe(5, 15, "reset")] }),
      "pass",
    ],
    [
      "failed before the address moved",
      failedAtMostInFlightAtMove(),
      trialData({ marks: { moved: 10 }, probes: [probe(5, 8, "reset")] }),
      "fail",
    ],
    [
      "the address did not move",
      failedAtMostInFlightAtMove(),
      trialData({ probes: [probe(5, 8)] }),
      "inconclusive",
    ],
    [
      "enough were open at the move",
      openAtMoveAtLeast(2),
      trialData({ marks: { moved: 10 }, probes: [probe(-5, 15), probe(5, 15)] }),
      "pass",
    ],
    [
      "one ended before the move, and one began after it",
      openAtMoveAtLeast(1),
      trialData({ marks: { moved: 10 }, probes: [probe(5, 8), probe(12, 15)] }),
      "fail",
    ],
    [
      "nobody knows what was open, because the address did not move",
      openAtMoveAtLeast(1),
      trialData({ probes: [probe(5, 15)] }),
      "inconclusive",
    ],
    [
      "fine after the move",
      noFailureAfterMove(),
      trialData({ marks: { moved: 10 }, probes: [probe(12, 13)] }),
      "pass",
    ],
    [
      "fails after the move",
      noFailureAfterMove(),
      trialData({ marks: { moved: 10 }, probes: [probe(12, 13, "refused")] }),
      "fail",
    ],
    [
      "the client had nothing to learn",
      noFailureAfterMove(),
      trialData({ marks: { elected: 10 }, probes: [probe(12, 13, "refused")] }),
      "fail",
    ],
    [
      "nothing began after the move",
      noFailureAfterMove(),
      trialData({ marks: { moved: 10 }, probes: [probe(2, 3)] }),
      "inconclusive",
    ],
    ["did not move and failed", noFailureAfterMove(), trialData({ failedDuring: 3 }), "fail"],
    [
      "failures end in time",
      failuresEndWithin({ window: WINDOW }),
      trialData({ probes: [probe(200, 450, "timeout")] }),
      "pass",
    ],
    [
      "failures go on",
      failuresEndWithin({ window: WINDOW }),
      trialData({ probes: [probe(201, 450, "timeout")] }),
      "fail",
    ],
    [
      "nothing was asked after the fault",
      failuresEndWithin({ window: WINDOW }),
      trialData({ probes: [probe(-9, -5)] }),
      "inconclusive",
    ],
    [
      "a third fails until detection",
      failedShareUntilDetection({ atMost: 0.34 }),
      trialData({
        marks: { detected: 50 },
        probes: [probe(1, 2), probe(2, 3), probe(3, 4, "timeout"), probe(60, 61, "timeout")],
      }),
      "pass",
    ],
    [
      "half fail until detection",
      failedShareUntilDetection({ atMost: 0.34 }),
      trialData({ probes: [0, 1, 2, 3].map((ms) => probe(ms, 5, ms % 2 ? "timeout" : "ok")) }),
      "fail",
    ],
    [
      "half of too few fail until detection",
      failedShareUntilDetection({ atMost: 0.34 }),
      trialData({ probes: [probe(1, 2), probe(3, 4, "timeout")] }),
      "inconclusive",
    ],
    [
      "nothing began before detection",
      failedShareUntilDetection({ atMost: 0.34 }),
      trialData({ marks: { detected: 50 } }),
      "inconclusive",
    ],
    [
      "one failure while the fault may have been taking effect",
      failedAtMost(0),
      trialData({ probes: [probe(-3, -0.5, "reset"), probe(1, 2)] }),
      "fail",
    ],
    [
      "two failures of four before detection, one while the fault may have been taking effect",
      failedShareUntilDetection({ atMost: 0.34 }),
      trialData({
        probes: [probe(-3, -0.5, "reset"), probe(1, 2), probe(2, 3), probe(3, 4, "reset")],
      }),
      "fail",
    ],
    [
      "three failures of three",
      failedAtMost(3),
      trialData({ probes: [probe(1, 2, "eof"), probe(2, 3, "eof"), probe(3, 4, "eof")] }),
      "pass",
    ],
    [
      "a failure that had ended before does not count",
      failedAtMost(0),
      trialData({ probes: [probe(-5, -1.5, "eof"), probe(1, 2)] }),
      "pass",
    ],
    ["one failure too many", failedAtMost(0), trialData({ probes: [probe(1, 2, "eof")] }), "fail"],
    [
      "a failure of another load",
      failedAtMost(0, { of: "carts" }),
      trialData({ probes: [probe(1, 2)], alongside: { carts: [probe(1, 2, "eof")] } }),
      "fail",
    ],
    [
      "failures of the main load are none of another one",
      failedAtMost(0, { of: "carts" }),
      trialData({ probes: [probe(1, 2, "eof")], alongside: { carts: [probe(1, 2)] } }),
      "pass",
    ],
    ["a load that is not there", failedAtMost(0, { of: "carts" }), trialData(), "inconclusive"],
    ["no event", eventsAtMost({ ...EJECTED, atMost: 0 }), trialData(), "pass"],
    [
      "an event from before the fault",
      eventsAtMost({ ...EJECTED, atMost: 0 }),
      trialData({ events: [unhealthy(-1)] }),
      "pass",
    ],
    [
      "an event",
      eventsAtMost({ ...EJECTED, atMost: 0 }),
      trialData({ events: [unhealthy(1)] }),
      "fail",
    ],
    [
      "an event of another node",
      eventsAtMost({ ...EJECTED, atMost: 0, matches: ({ node }) => node === "lb-b" }),
      trialData({ events: [unhealthy(1)] }),
      "pass",
    ],
    ["evidence is missing", eventsAtLeast({ ...EJECTED, atLeast: 1 }), trialData(), "fail"],
    [
      "evidence is there",
      eventsAtLeast({ ...EJECTED, atLeast: 1 }),
      trialData({ events: [unhealthy(1)] }),
      "pass",
    ],
  ])("%s", (_, objective, data, verdict) => {
    expect(judgeTrial(objective, data)).toMatchObject({ verdict });
  });
});

test("a trial is held to the window of whoever it hurt", () => {
  const objective = outageWithin({
    window: WINDOW,
    windowOf: ({ hurt }) => (hurt.owner === "lb-a" ? windowOf(0, 20) : WINDOW),
  });
  expect(judgeTrial(objective, trialData())).toMatchObject({
    verdict: "fail",
    predicted: { ceilingMs: 20 },
  });
});

test("an objective is judged in every trial, and one sample is enough, unless told otherwise", () => {
  expect(failedAtMost(0)).toMatchObject({ statistic: "every trial", minimumSamples: 1 });
  expect(failedAtMost(0, { statistic: "median", minimumSamples: 5 })).toMatchObject({
    statistic: "median",
    minimumSamples: 5,
  });
});
