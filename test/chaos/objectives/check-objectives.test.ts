import { expect, test } from "vitest";
import { latencyAtMost } from "../../../chaos/objectives/availability.ts";
import { latencyAtMostBetween } from "../../../chaos/objectives/between.ts";
import { objectiveProblems } from "../../../chaos/objectives/check-objectives.ts";
import { theFault } from "../../../chaos/objectives/moments.ts";
import { failedAtMost } from "../../../chaos/objectives/objectives.ts";
import { recoveryOvershootAtMost } from "../../../chaos/objectives/recovery-overshoot.ts";
import {
  retryAmplificationAtLeast,
  retryAmplificationAtMost,
} from "../../../chaos/objectives/retry-amplification.ts";
import { duringTheFault } from "../../../chaos/objectives/stretches.ts";
import type { Bound, NamedLoad, Objective } from "../../../chaos/scenario.ts";
import { objectiveOf, windowOf } from "./trial-data.ts";

const problems = (...objectives: Objective[]) => objectiveProblems({ objectives });
const ratio = (kind: "at-most" | "at-least", value: number): Objective =>
  objectiveOf({ id: "share", unit: "ratio", bound: { kind, value } });
const predicted = (change: Partial<Bound & { kind: "predicted" }>): Objective =>
  objectiveOf({ bound: { kind: "predicted", window: windowOf(1, 2), slackMs: 0, ...change } });
const latency = (quantile: number): Objective =>
  latencyAtMost({ id: "slow", stretch: duringTheFault, quantile, atMostMs: 9 });
const between = (quantile: number): Objective =>
  latencyAtMostBetween({ id: "slow", title: "slow", from: theFault, quantile, atMostMs: 9 });

test.each<[string, Objective, RegExp]>([
  ["a ceiling", objectiveOf({ bound: { kind: "at-most", value: NaN } }), /at-most NaN.*finite/],
  ["an endless ceiling", objectiveOf({ bound: { kind: "at-most", value: Infinity } }), /Infinity/],
  ["a floor", objectiveOf({ bound: { kind: "at-least", value: NaN } }), /at-least NaN.*finite/],
  ["a window's floor", predicted({ window: windowOf(NaN, 2) }), /window\.floorMs is NaN/],
  ["a window's ceiling", predicted({ window: windowOf(1, Infinity) }), /window\.ceilingMs is Inf/],
  ["its slack", predicted({ slackMs: NaN }), /slackMs is NaN/],
  ["a share of at least nothing", ratio("at-least", 0), /at-least 0, so it cannot fail/],
  ["a share of less than nothing", ratio("at-least", -0.1), /at-least -0\.1/],
  ["a share of at most all", ratio("at-most", 1), /at-most 1, so it cannot fail/],
  ["a quantile of 0", latency(0), /quantile is 0\. Use a number above 0, at most 1/],
  ["a quantile in percent", latency(99), /quantile is 99/],
  ["no quantile", latency(NaN), /quantile is NaN/],
  ["a quantile between two moments", between(1.1), /quantile is 1\.1/],
  ["no samples", objectiveOf({ minimumSamples: 0 }), /minimumSamples is 0/],
  ["half a sample", objectiveOf({ minimumSamples: 1.5 }), /minimumSamples is 1\.5/],
  ["an unknown number of samples", objectiveOf({ minimumSamples: NaN }), /minimumSamples is NaN/],
])("%s is refused, by its place and id", (_, objective, problem) => {
  const found = problems(objectiveOf(), objective);
  expect(found).toEqual([expect.stringMatching(problem)]);
  expect(found[0]).toMatch(new RegExp(`^objectives\\[1\\] "${objective.id}": `));
});

test("what can fail is taken", () => {
  const taken = [
    objectiveOf(),
    predicted({}),
    ratio("at-least", 1),
    ratio("at-most", 0),
    ratio("at-most", 0.999),
    objectiveOf({ unit: "count", bound: { kind: "at-least", value: 0 } }),
    latency(1),
    between(0.5),
    // These are no shares.
    retryAmplificationAtMost({ atMost: 1.15 }),
    retryAmplificationAtLeast({ atLeast: 1.2 }),
    recoveryOvershootAtMost({ atMost: 3 }),
  ];
  expect(problems(...taken)).toEqual([]);
});

test("an objective of a load that is not declared is refused with those that are", () => {
  const load = { id: "carts", ...({} as Omit<NamedLoad, "id">) };
  const of = (id: string) => failedAtMost(0, { of: id });
  expect(objectiveProblems({ objectives: [of("carts"), of("cart")], alongside: [load] })).toEqual([
    'objectives[1] "failed-requests-cart": it speaks of load "cart". Known beside the main one: carts.',
  ]);
  expect(problems(of("carts"))).toEqual([expect.stringMatching(/"carts"\. Known .*: none\.$/)]);
});

test("all problems are told", () => {
  const wrong = objectiveOf({ minimumSamples: 0, bound: { kind: "at-most", value: NaN } });
  expect(problems(wrong, wrong)).toHaveLength(4);
});
