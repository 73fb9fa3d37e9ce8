import { expect, test } from "vitest";
import type { TimelineEvent } from "../../../chaos/environment/environment.ts";
import {
  answeredAtMostBetween,
  failedAtMostBetween,
  failedAtMostOpenAt,
  failedShareAtMostBetween,
  latencyAtMostBetween,
  lateByTargetAtMostBetween,
  openAtLeastAt,
  timeWithin,
} from "../../../chaos/objectives/between.ts";
import { judgeTrial } from "../../../chaos/objectives/judge.ts";
import {
  firstEventAfter,
  healingOf,
  theEnd,
  theFault,
  theFaultAtTheEarliest,
} from "../../../chaos/objectives/moments.ts";
import type { Objective } from "../../../chaos/scenario.ts";
import { FAULT_NS, faultAt, probe, trialData, windowOf } from "./trial-data.ts";

const named = { id: "of-this-test", title: "what this test measures" };

function event(type: TimelineEvent["type"], atMs: number, backend = "web-1"): TimelineEvent {
  return {
    schema: "evenkeel.event/1",
    node: "lb-a",
    process: "balancer",
    monotonicNs: (FAULT_NS + BigInt(atMs * 1e6)).toString(),
    type,
    data: { backend },
  };
}

const out = firstEventAfter(theFault, {
  title: "the ejection",
  matches: ({ type, data }, { hurt }) =>
    type === "backend.ejected" && data["backend"] === hurt.target,
});

const ejectedAt = (...times: number[]) => times.map((atMs) => event("backend.ejected", atMs));

/** A trial whose only fault was healed so many milliseconds after it. */
function healedAt(atMs: number | null) {
  const data = trialData();
  const [fault] = data.trial.faults;
  const healedNs = atMs === null ? null : (FAULT_NS + BigInt(atMs * 1e6)).toString();
  return { ...data, trial: { ...data.trial, faults: fault ? [{ ...fault, healedNs }] : [] } };
}

test("moments are the fault, its healing, an event after either, and the end of the look", () => {
  const healed = healedAt(300);
  expect(theFault.find(healed)).toEqual({ atNs: FAULT_NS });
  expect(healingOf().find(healed)).toEqual({ atNs: FAULT_NS + 300_000_000n });
  expect(theEnd.find(healed)).toEqual({ atNs: FAULT_NS + 900_000_000n });
  const events = [
    event("backend.ejected", -5),
    event("backend.ejected", 20, "web-2"),
    ...ejectedAt(40, 60),
  ];
  expect(out.find(trialData({ events }))).toEqual({ atNs: FAULT_NS + 40_000_000n });
});

test("what a fault causes may be told before the middle of its uncertainty", () => {
  // That of made-up trials is 1 ms.
  const events = [event("backend.ejected", -2, "web-2"), event("backend.ejected", -0.5)];
  const early = firstEventAfter(theFaultAtTheEarliest, { title: "any", matches: () => true });
  expect(early.find(trialData({ events }))).toEqual({ atNs: FAULT_NS - 500_000n });
  expect(out.find(trialData({ events })).atNs).toBeNull();
});

test("a moment that never came says why", () => {
  expect(out.find(trialData())).toEqual({
    atNs: null,
    reason: "the ejection was not seen after the fault",
  });
  expect(healingOf().find(healedAt(null))).toEqual({
    atNs: null,
    reason: "fault 1 was not healed",
  });
  const later = firstEventAfter(healingOf(1), { title: "anything", matches: () => true });
  expect(later.find(healedAt(300))).toEqual({ atNs: null, reason: "fault 2 was not healed" });
});

test("a time between two moments is held to its window, and fails when the second never came", () => {
  const objective = timeWithin({ ...named, from: theFault, to: out, window: windowOf(100, 200) });
  const verdictAt = (...times: number[]) =>
    judgeTrial(objective, trialData({ events: ejectedAt(...times) })).verdict;
  expect([verdictAt(90), verdictAt(150), verdictAt(210)]).toEqual(["fail", "pass", "fail"]);
  // The trial looked for 900 ms.
  expect(verdictAt()).toBe("fail");
  const short = trialData({ observedMs: 150 });
  expect(judgeTrial(objective, short).verdict).toBe("inconclusive");
  const unhealed = timeWithin({ ...named, from: healingOf(), to: out, window: windowOf(1, 2) });
  expect(judgeTrial(unhealed, trialData()).verdict).toBe("inconclusive");
});

test("failures count that began between the moments, and all of them when the first never came", () => {
  const objective = failedAtMostBetween({ ...named, from: out, atMost: 0 });
  const probes = [probe(10, 20, "http_error"), probe(90, 120), probe(100, 130), probe(950, 960)];
  const events = ejectedAt(50);
  expect(judgeTrial(objective, trialData({ events, probes })).verdict).toBe("pass");
  const failing = [...probes, probe(60, 70, "http_error")];
  expect(judgeTrial(objective, trialData({ events, probes: failing })).measured.value).toBe(1);
  expect(judgeTrial(objective, trialData({ events, probes: [] })).verdict).toBe("inconclusive");
  expect(judgeTrial(objective, trialData({ probes, failedDuring: 1 })).verdict).toBe("fail");
});

test("a decision that counts failures costs those, and what was open when it fell", () => {
  const objective = failedAtMostOpenAt({ moment: out, plus: 1 });
  const counted = [probe(10, 20, "http_error"), probe(45, 55, "http_error")];
  const events = ejectedAt(50);
  expect(judgeTrial(objective, trialData({ events, probes: counted })).verdict).toBe("pass");
  const elsewhere = [...counted, probe(46, 56, "ok", "web-2")];
  const oneMore = [...elsewhere, probe(30, 40, "http_error")];
  expect(judgeTrial(objective, trialData({ events, probes: elsewhere })).verdict).toBe("pass");
  expect(judgeTrial(objective, trialData({ events, probes: oneMore })).verdict).toBe("fail");
  expect(judgeTrial(objective, trialData({ probes: counted })).verdict).toBe("inconclusive");
});

test("what was open on any node that had been hurt by then may fail, whichever fault hurt it", () => {
  const objective = failedAtMostOpenAt({ moment: out, plus: 0 });
  const events = ejectedAt(50);
  const probes = [probe(45, 55, "http_error", "web-2"), probe(45, 55, "ok", "web-3")];
  const judged = (...faults: ReturnType<typeof faultAt>[]) =>
    judgeTrial(objective, trialData({ events, probes, trial: { faults } })).verdict;
  const parts = ["web-1", "web-2"].map((target) => ({ kind: "sick", target }));
  const [alone, other] = [faultAt(0, null), { target: "web-2" }];
  expect(judged(faultAt(0, null, { kind: "together", parts }))).toBe("pass");
  expect(judged(alone, faultAt(40, null, other))).toBe("pass");
  expect(judged(alone)).toBe("fail");
  expect(judged(alone, faultAt(60, null, other))).toBe("fail");
});

test("what a backend has open at a moment, and what it is given after it", () => {
  const events = ejectedAt(50);
  const probes = [
    probe(40, 60),
    probe(45, 55, "timeout", null),
    probe(45, 70, "ok", "web-2"),
    probe(20, 50),
    probe(52, 60),
    probe(60, 70, "ok", "web-2"),
  ];
  const about = { moment: out, backend: "web-1" };
  const open = openAtLeastAt({ ...about, atLeast: 3 });
  expect(judgeTrial(open, trialData({ events, probes })).measured.value).toBe(3);
  expect(judgeTrial(open, trialData({ probes })).verdict).toBe("inconclusive");
  const given = answeredAtMostBetween({ ...named, ...about, from: out, atMost: 0 });
  expect(judgeTrial(given, trialData({ events, probes }))).toMatchObject({
    verdict: "fail",
    measured: { value: 1 },
  });
  expect(judgeTrial(given, trialData({ events })).verdict).toBe("inconclusive");
});

test("shares are of the requests that began between the moments", () => {
  const events = ejectedAt(50);
  const probes = [
    probe(10, 20, "http_error", "web-1"),
    probe(60, 70, "ok", "web-2"),
    probe(70, 80, "ok", "web-1"),
    probe(80, 90, "timeout", null),
  ];
  const between = { ...named, from: theFault, to: out };
  const failed = failedShareAtMostBetween({ ...between, from: out, to: theEnd, atMost: 0.34 });
  expect(failed.measure(trialData({ events, probes })).value).toBeCloseTo(1 / 3, 9);
  const before = failedShareAtMostBetween({ ...between, atMost: 1 });
  expect(before.measure(trialData({ events, probes })).value).toBe(1);
  expect(before.measure(trialData({ events })).value).toBeNull();
});

test("late is what the hurt node answers after a client has lost patience", () => {
  const options = { ...named, from: theFault, lateMs: 30, atMost: 0.25 };
  const objective = lateByTargetAtMostBetween(options);
  const probes = [probe(0, 30), probe(1, 32), probe(2, 90, "ok", "web-2"), probe(-5, 60)];
  const data = trialData({ probes: [...probes, probe(4, 5, "reset")] });
  expect(judgeTrial(objective, data)).toMatchObject({ verdict: "pass", measured: { value: 0.25 } });
  expect(judgeTrial(objective, trialData()).verdict).toBe("inconclusive");
});

test("late is also what the others answer that were hurt with it", () => {
  const objective = lateByTargetAtMostBetween({
    ...named,
    from: theFault,
    lateMs: 30,
    atMost: 0.4,
  });
  const probes = [probe(0, 10), probe(1, 90, "ok", "web-2"), probe(2, 3, "timeout")];
  const parts = ["web-1", "web-2"].map((target) => ({ kind: "slow", target }));
  const judged = (fault = faultAt(0, null)) =>
    judgeTrial(objective, trialData({ probes, trial: { faults: [fault] } })).measured.value;
  expect(judged()).toBe(0);
  expect(judged(faultAt(0, null, { kind: "together", parts }))).toBeCloseTo(1 / 3, 9);
});

test("latency is of the requests that succeeded, from when they were meant to begin", () => {
  const objective = latencyAtMostBetween({ ...named, from: theFault, quantile: 0.5, atMostMs: 40 });
  const probes = [probe(0, 10), probe(1, 31), probe(2, 500), probe(3, 4, "reset")];
  expect(judgeTrial(objective, trialData({ probes })).measured.value).toBe(30);
  expect(judgeTrial(objective, trialData({ probes: [probe(3, 4, "reset")] })).verdict).toBe(
    "inconclusive",
  );
});

test("a quantile or a share of fewer requests than its bound can tell apart says nothing", () => {
  const from = { ...named, from: theFault };
  const latency = (quantile: number, minimum = {}) =>
    latencyAtMostBetween({ ...from, quantile, atMostMs: 40, ...minimum });
  const failed = (atMost: number) => failedShareAtMostBetween({ ...from, atMost });
  const late = (atMost: number) => lateByTargetAtMostBetween({ ...from, lateMs: 30, atMost });
  const judged = (objective: Objective, requests: number, failures = 0) => {
    const good = Array.from({ length: requests - failures }, (_, at) => probe(at, at + 9));
    const bad = Array.from({ length: failures }, (_, at) => probe(at, at + 9, "reset"));
    return judgeTrial(objective, trialData({ probes: [...good, ...bad] }));
  };
  const needs = [
    [latency(0.99), 100],
    [latency(1), 10],
    [latency(0.99, { minimumRequests: 3 }), 3],
    [failed(0.05), 20],
    [failed(0), 10],
    [late(0.1), 10],
  ] as const;
  for (const [objective, least] of needs) {
    expect(judged(objective, least).verdict).toBe("pass");
    const fewer = judged(objective, least - 1);
    expect(fewer.verdict).toBe("inconclusive");
    expect(fewer.message).toMatch(`${least - 1} requests`);
    expect(fewer.message).toMatch(`${least} are needed`);
  }
  // Those that failed tell nothing of a latency, and of a share they do.
  expect(judged(latency(0.9), 10, 1).verdict).toBe("inconclusive");
  expect(judged(failed(0.5), 2, 1).verdict).toBe("pass");
});
