import fc from "fast-check";
import { expect, test } from "vitest";
import { backendLoads, requestsAtBackends } from "../../../chaos/objectives/backend-load.ts";
import { judgeTrial } from "../../../chaos/objectives/judge.ts";
import {
  retryAmplificationAtLeast,
  retryAmplificationAtMost,
} from "../../../chaos/objectives/retry-amplification.ts";
import { beforeTheFault } from "../../../chaos/objectives/stretches.ts";
import { eventAt, FAULT_NS, faultAt, probe, trialData } from "./trial-data.ts";

/** A window of 100 ms that ends at a time after the fault. */
const load = (atMs: number, requests: number, node = "web-1") =>
  eventAt(atMs, "backend.load", { requests, openMost: 1, queuedMost: 0 }, node);
const trial = { ...trialData().trial, faults: [faultAt(0, 200)] };
const four = [10, 60, 110, 160].map((atMs) => probe(atMs, atMs + 1));

test("it is what began at the backends over what clients of all loads asked for, during the fault", () => {
  const data = trialData({
    trial,
    probes: four,
    alongside: { other: four },
    events: [load(-10, 99), load(100, 6), load(200, 4), load(200, 2, "web-2"), load(310, 99)],
  });
  expect(judgeTrial(retryAmplificationAtMost({ atMost: 1.4 }), data)).toMatchObject({
    verdict: "fail",
    measured: { value: 12 / 8 },
  });
  expect(judgeTrial(retryAmplificationAtLeast({ atLeast: 1.5 }), data).verdict).toBe("pass");
});

test("a window that only partly lies in the stretch counts by that part", () => {
  const data = trialData({ trial, probes: four, events: [load(50, 8), load(275, 4)] });
  expect(judgeTrial(retryAmplificationAtMost({ atMost: 9 }), data).measured).toEqual({
    value: (8 / 2 + 4 / 4) / 4,
  });
});

test("however a stretch is cut in two, its parts have as many requests as the whole", () => {
  const windows = fc.array(fc.tuple(fc.integer({ min: -300, max: 900 }), fc.nat(50)));
  const cut = fc.tuple(fc.nat(300), fc.nat(300));
  fc.assert(
    fc.property(windows, cut, (told, [first, second]) => {
      const loads = backendLoads(told.map(([atMs, requests]) => load(atMs, requests)));
      const at = (ms: number) => FAULT_NS + BigInt(ms * 1e6);
      const between = (from: number, to: number) => requestsAtBackends(loads, at(from), at(to));
      const whole = between(0, first + second);
      expect(between(0, first) + between(first, first + second)).toBeCloseTo(whole, 6);
      const all = told.reduce((sum, [, requests]) => sum + requests, 0);
      expect(between(-400, 900)).toBeCloseTo(all, 6);
    }),
  );
});

test.each([
  ["nobody asked", { events: [load(100, 6)] }, "no request began then"],
  ["no backend told", { probes: four }, "no backend told of its load"],
  [
    "what was told is no number",
    { probes: four, events: [eventAt(50, "backend.load", { requests: "6" })] },
    "no backend told of its load",
  ],
])("%s: nothing can be said", (_, seen, reason) => {
  const judged = judgeTrial(retryAmplificationAtMost({ atMost: 9 }), trialData({ trial, ...seen }));
  expect(judged).toMatchObject({ verdict: "inconclusive", measured: { value: null, reason } });
});

test("held connections are no requests", () => {
  const held = four.map((one) => ({ ...one, class: "long-lived" }) as const);
  const data = trialData({ trial, probes: four, alongside: { held }, events: [load(100, 6)] });
  expect(judgeTrial(retryAmplificationAtMost({ atMost: 2 }), data).measured).toEqual({
    value: 6 / 4,
  });
  const only = trialData({ trial, alongside: { held }, events: [load(100, 6)] });
  expect(judgeTrial(retryAmplificationAtMost({ atMost: 2 }), only).measured).toEqual({
    value: null,
    reason: "no request began then",
  });
});

test("answers without a word of load then are no proof of no retries; without answers there was no work", () => {
  const silent = [load(-10, 99), load(310, 99)];
  const data = trialData({ trial, probes: four, events: silent });
  expect(judgeTrial(retryAmplificationAtMost({ atMost: 2 }), data)).toMatchObject({
    verdict: "inconclusive",
    measured: { reason: "clients were answered then, and no backend told of its load" },
  });
  const refused = four.map((one) => ({ ...one, outcome: "refused", node: null }) as const);
  const none = trialData({ trial, probes: refused, events: silent });
  expect(judgeTrial(retryAmplificationAtMost({ atMost: 2 }), none).measured).toEqual({ value: 0 });
});

test("it has an id for each stretch", () => {
  expect(retryAmplificationAtMost({ atMost: 1 }).id).toBe("retry-amplification-during");
  expect(retryAmplificationAtMost({ atMost: 1, stretch: beforeTheFault }).id).toBe(
    "retry-amplification-before",
  );
});
