import { expect, test } from "vitest";
import type { TimelineEvent } from "../../../chaos/environment/environment.ts";
import { distributionFollows } from "../../../chaos/objectives/distribution.ts";
import { judgeTrial } from "../../../chaos/objectives/judge.ts";
import { FAULT_NS, probe, trialData } from "./trial-data.ts";

const changeAt = (atMs: number): TimelineEvent => ({
  schema: "evenkeel.event/1",
  node: "lb",
  process: "balancer",
  monotonicNs: (FAULT_NS + BigInt(atMs * 1e6)).toString(),
  type: "config.applied",
  data: {},
});

const objective = distributionFollows({
  isChange: ({ type }) => type === "config.applied",
  weights: [{ a: 3, b: 1 }, { b: 1 }],
  atMost: 2,
});

/** Requests one after the other from a time on, each answered by the next of the names. */
const answers = (fromMs: number, names: string) =>
  [...names].map((name, index) => probe(fromMs + index, fromMs + index + 0.5, "ok", name));

const judged = (first: string, second: string, events = [changeAt(0), changeAt(100)]) =>
  judgeTrial(
    objective,
    trialData({ events, probes: [...answers(10, first), ...answers(110, second)] }),
  );

test("shares that follow each change are close to what is wanted", () => {
  const { measured, verdict } = judged("aabaaaba", "bbbb");
  expect(measured.value).toBe(0);
  expect(verdict).toBe("pass");
});

test("the largest distance of any node after any change counts", () => {
  expect(judged("aabaaaba", "bbba").measured.value).toBe(1);
  const { measured, verdict } = judged("bbbbaaaa", "bbbb");
  expect(measured.value).toBe(2);
  expect(verdict).toBe("pass");
  expect(judged("bbbbbaaa", "bbbb").verdict).toBe("fail");
});

test("a node that should get nothing and does counts, although nobody named it", () => {
  expect(judged("aabaaaba", "bbbbccc").verdict).toBe("fail");
});

test("requests under way at a change are left out", () => {
  const events = [changeAt(0), changeAt(100)];
  const across = [1, 2, 3, 4, 5].map((early) => probe(100 - early, 101, "ok", "b"));
  const probes = [...answers(10, "aaba"), ...across, ...answers(110, "bb")];
  expect(judgeTrial(objective, trialData({ events, probes })).measured.value).toBe(0);
});

test("a change that was not seen, or after which nothing was asked, is no pass", () => {
  expect(judged("aaba", "bb", [changeAt(0)]).verdict).toBe("inconclusive");
  expect(judged("aaba", "").verdict).toBe("inconclusive");
});
