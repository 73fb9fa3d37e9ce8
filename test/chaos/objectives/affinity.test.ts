import { expect, test } from "vitest";
import { affinityMissesAtMost } from "../../../chaos/objectives/affinity.ts";
import { judgeTrial } from "../../../chaos/objectives/judge.ts";
import type { TimelineEvent } from "../../../chaos/environment/environment.ts";
import type { ProbeRecord } from "../../../chaos/measurement/probe.ts";
import { eventAt, faultAt, probe, trialData } from "./trial-data.ts";

const objective = affinityMissesAtMost({ of: "carts", atMost: 0 });

function answer(sentMs: number, node: string, user = 0): ProbeRecord {
  return { ...probe(sentMs, sentMs + 5, "ok", node), class: "session", user };
}

/** After a first answer by anybody, one user goes from web-2 to web-3 at 100 ms, and stays there for another answer. */
const moves = [answer(0, "web-1"), answer(50, "web-2"), answer(100, "web-3"), answer(150, "web-3")];
const told = (atMs: number, type: TimelineEvent["type"], node = "lb-a", backend = "web-2") =>
  eventAt(atMs, type, { backend }, node);
const judged = (events: readonly TimelineEvent[], faults = [faultAt(0, 10)]) =>
  judgeTrial(
    objective,
    trialData({
      alongside: { carts: moves },
      events,
      trial: { ...trialData().trial, faults },
    }),
  );

test.each<[string, readonly TimelineEvent[]]>([
  ["nobody told a word of it", []],
  ["another one was out", [told(80, "backend.unhealthy", "lb-a", "web-1")]],
  ["it was found unhealthy later", [told(120, "backend.unhealthy")]],
  ["it was back", [told(60, "backend.ejected"), told(90, "backend.readmitted")]],
])("a move away is a miss when %s", (_, events) => {
  expect(judged(events)).toMatchObject({ verdict: "fail", measured: { value: 1 / 2 } });
});

test.each<[string, readonly TimelineEvent[]]>([
  ["was unhealthy", [told(80, "backend.unhealthy")]],
  ["was ejected while the request was open", [told(103, "backend.ejected")]],
  ["was drained", [told(-900, "backend.draining")]],
  ["was leaving", [told(90, "backend.leaving")]],
  [
    "is unhealthy still, though no longer ejected",
    [
      ...[told(60, "backend.unhealthy"), told(61, "backend.ejected")],
      told(90, "backend.readmitted"),
    ],
  ],
  [
    "was out for one of two balancers",
    [told(80, "backend.unhealthy", "lb-b"), told(90, "backend.healthy", "lb-a")],
  ],
])("a move away is none when its backend %s", (_, events) => {
  expect(judged(events)).toMatchObject({ verdict: "pass", measured: { value: 0 } });
});

test.each([
  ["that was not fit when its user came to the one before is a return, and no miss", 55, "pass"],
  ["that was fit when its user came to the one before is a miss", 45, "fail"],
] as const)("a move to a backend %s", (_, backAtMs, verdict) => {
  // The user came to web-2 between 50 and 55 ms.
  const events = [
    told(20, "backend.unhealthy", "lb-a", "web-3"),
    told(backAtMs, "backend.healthy", "lb-a", "web-3"),
  ];
  expect(judged(events).verdict).toBe(verdict);
});

test("a backend that a fault acts on is not fit, whether anybody has noticed or not", () => {
  expect(judged([], [faultAt(90, null, { target: "web-2" })]).verdict).toBe("pass");
  expect(judged([], [faultAt(60, 90, { target: "web-2" })]).verdict).toBe("fail");
});

test("a user who begins anew without cookies follows nobody at first", () => {
  const carts = (began: object) => [
    ...[answer(0, "web-2"), answer(20, "web-2"), answer(40, "web-2")],
    ...[{ ...answer(60, "web-3"), ...began }, answer(80, "web-4")],
    ...[answer(100, "web-4"), answer(120, "web-3")],
  ];
  const misses = (began: object) =>
    judgeTrial(objective, trialData({ alongside: { carts: carts(began) } })).measured;
  expect(misses({ began: true })).toEqual({ value: 1 / 3 });
  expect(misses({})).toEqual({ value: 3 / 5 });
});

test("users do not follow each other, and two answers each tell nothing", () => {
  const carts = [0, 1].flatMap((user) => [
    answer(50 + user, `web-${user + 1}`, user),
    answer(70, "web-3", user),
  ]);
  expect(judgeTrial(objective, trialData({ alongside: { carts } }))).toMatchObject({
    verdict: "inconclusive",
    measured: { reason: "no user was answered after the second time" },
  });
});
