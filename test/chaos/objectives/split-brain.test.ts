import { expect, test } from "vitest";
import { judgeTrial } from "../../../chaos/objectives/judge.ts";
import {
  answeredByTwoAtMost,
  noMasterAtMost,
  splitBrainAtMost,
  splitBrainWithin,
} from "../../../chaos/objectives/split-brain.ts";
import type { TimelineEvent } from "../../../chaos/environment/environment.ts";
import type { ProbeRecord } from "../../../chaos/measurement/probe.ts";
import type { TrialRecord } from "../../../chaos/report/record.ts";
import { fixtureTopology } from "../report/fixture.ts";
import { eventAt, faultAt, probe, trialData, windowOf } from "./trial-data.ts";

const address = fixtureTopology().virtualAddress?.address;
const added = (atMs: number, node: string) => eventAt(atMs, "address.added", { address }, node);
const removed = (atMs: number, node: string) => eventAt(atMs, "address.removed", { address }, node);
const first = added(-5_000, "lb-a");

const seen = (
  events: readonly TimelineEvent[],
  faults: readonly TrialRecord["faults"][number][] = [faultAt(0, 10)],
) => trialData({ events, trial: { ...trialData().trial, faults } });
const split = (...args: Parameters<typeof seen>) =>
  judgeTrial(splitBrainAtMost({ atMostMs: 0 }), seen(...args)).measured;
const nobody = (...args: Parameters<typeof seen>) =>
  judgeTrial(noMasterAtMost({ atMostMs: 0 }), seen(...args)).measured;

test("two hold the address from the second's taking it until one of them gives it up", () => {
  const events = [first, added(300, "lb-b"), removed(700, "lb-b")];
  expect(split(events)).toEqual({ value: 400 });
  expect(nobody(events)).toEqual({ value: 0 });
  // The look ends after 900 ms.
  expect(split([first, added(300, "lb-b")])).toEqual({ value: 600 });
});

test("only what is after the fault counts, in whatever order it was told", () => {
  const events = [removed(100, "lb-b"), added(-300, "lb-b"), first];
  expect(split(events)).toEqual({ value: 100 });
});

test("other addresses of a node are not the floating one", () => {
  const other = eventAt(300, "address.added", { address: "198.18.7.99" }, "lb-b");
  expect(split([first, other])).toEqual({ value: 0 });
});

test.each(["kill", "silent-kill"])(
  "a node after a %s holds nothing, and has nothing when it is back",
  (kind) => {
    const faults = [faultAt(0, 500, { kind, target: "lb-a" })];
    const events = [
      first,
      added(300, "lb-b"),
      eventAt(520, "process.started", { name: "keepalived" }),
    ];
    expect(split(events, faults)).toEqual({ value: 0 });
    expect(nobody(events, faults)).toEqual({ value: 300 });
  },
);

test.each(["together", "some-of"])("none of the balancers holds anything that died %s", (kind) => {
  const two = ["web-1", "lb-a"].map((target) => ({ kind: "silent-kill", target }));
  const three = [...two, { kind: "kill", target: "lb-b" }];
  const faults = [faultAt(0, null, { kind, target: "web-1", parts: three })];
  expect(nobody([first, added(-300, "lb-b")], faults)).toEqual({ value: 900 });
  const other = [faultAt(0, null, { kind, target: "web-1", parts: two })];
  expect(nobody([first, added(300, "lb-b")], other)).toEqual({ value: 300 });
});

test.each(["pause", "isolate"])(
  "a node during a %s holds it for nobody, and again after it",
  (kind) => {
    const faults = [faultAt(0, 500, { kind, target: "lb-a" })];
    const events = [first, added(300, "lb-b"), removed(540, "lb-a")];
    expect(split(events, faults)).toEqual({ value: 40 });
    expect(nobody(events, faults)).toEqual({ value: 300 });
  },
);

test("keepalived that died leaves its address, and another one starts without", () => {
  const started = eventAt(200, "process.started", { name: "keepalived" });
  expect(nobody([first, started])).toEqual({ value: 700 });
});

test("the time lies within a predicted window, or it does not", () => {
  const data = seen([first, added(300, "lb-b"), removed(700, "lb-b")]);
  const verdict = (floorMs: number, ceilingMs: number, slackMs = 0) =>
    judgeTrial(splitBrainWithin({ window: windowOf(floorMs, ceilingMs), slackMs }), data).verdict;
  // Widened by the 5 ms that the probes can tell apart.
  expect(verdict(404, 500)).toBe("pass");
  expect(verdict(406, 500)).toBe("fail");
  expect(verdict(300, 394)).toBe("fail");
  expect(verdict(300, 390, 6)).toBe("pass");
});

test("a trial is held to the window of whoever was master", () => {
  const windowFor = ({ hurt }: { readonly hurt: { readonly owner: string | null } }) =>
    hurt.owner === "lb-a" ? windowOf(0, 20) : windowOf(300, 500);
  const objective = splitBrainWithin({ window: windowOf(300, 500), windowOf: windowFor });
  const data = seen([first, added(300, "lb-b"), removed(700, "lb-b")]);
  expect(judgeTrial(objective, data)).toMatchObject({
    verdict: "fail",
    predicted: { ceilingMs: 20 },
  });
});

test("without an address, or without anybody who told of it, nothing can be said", () => {
  expect(split([])).toMatchObject({
    value: null,
    reason: expect.stringContaining("no balancer told"),
  });
  const { virtualAddress: _, ...topology } = fixtureTopology();
  const data = { ...seen([first]), topology };
  for (const objective of [
    splitBrainAtMost({ atMostMs: 0 }),
    noMasterAtMost({ atMostMs: 0 }),
    answeredByTwoAtMost({ atMost: 0 }),
  ]) {
    expect(judgeTrial(objective, data)).toMatchObject({
      verdict: "inconclusive",
      measured: { reason: "the topology has no floating address" },
    });
  }
});

test("while two hold it, answers of the one that answers less are clients that see both", () => {
  const answer = (sentMs: number, balancer: string): ProbeRecord => ({
    ...probe(sentMs, sentMs + 5),
    balancer,
  });
  const events = [first, added(300, "lb-b"), removed(700, "lb-b")];
  const objective = answeredByTwoAtMost({ atMost: 0 });
  const probes = [
    answer(310, "lb-a"),
    answer(320, "lb-a"),
    answer(330, "lb-b"),
    answer(800, "lb-b"),
  ];
  expect(judgeTrial(objective, { ...seen(events), probes })).toMatchObject({
    verdict: "fail",
    measured: { value: 1 },
  });
  const one = probes.filter(({ balancer }) => balancer === "lb-a");
  expect(judgeTrial(objective, { ...seen(events), probes: one }).verdict).toBe("pass");
  expect(judgeTrial(objective, { ...seen(events), probes: [probe(310, 315)] })).toMatchObject({
    verdict: "inconclusive",
    measured: { reason: "no answer names its balancer" },
  });
});
