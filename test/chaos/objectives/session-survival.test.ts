import { expect, test } from "vitest";
import { judgeTrial } from "../../../chaos/objectives/judge.ts";
import {
  itemsLostAtMost,
  sessionsSurviveAtLeast,
  usersSeenAtLeast,
} from "../../../chaos/objectives/session-survival.ts";
import type { ProbeRecord } from "../../../chaos/measurement/probe.ts";
import { probe, trialData } from "./trial-data.ts";

const of = "carts";
const survive = sessionsSurviveAtLeast({ of, atLeast: 1 });
const lost = itemsLostAtMost({ of, atMost: 0 });

function answer(user: number, sentMs: number, change: Partial<ProbeRecord> = {}): ProbeRecord {
  return { ...probe(sentMs, sentMs + 5, change.outcome), class: "session", user, ...change };
}
const carts = (...records: readonly ProbeRecord[]) => trialData({ alongside: { carts: records } });

const kept = [answer(0, -20), answer(0, 20), answer(1, -20), answer(1, 20, { outcome: "timeout" })];

test("users whose answers miss nothing have kept what they had, whatever failed in between", () => {
  const data = carts(...kept, answer(1, 40));
  expect(judgeTrial(survive, data)).toMatchObject({ verdict: "pass", measured: { value: 1 } });
  expect(judgeTrial(lost, data)).toMatchObject({ verdict: "pass", measured: { value: 0 } });
  expect(judgeTrial(usersSeenAtLeast({ of, atLeast: 2 }), data).verdict).toBe("pass");
});

test("every item that an answer since the fault finds missing is lost", () => {
  const data = carts(...kept, answer(0, 40, { missing: 3 }), answer(0, 60, { missing: 1 }));
  expect(judgeTrial(lost, data)).toMatchObject({ verdict: "fail", measured: { value: 4 } });
  expect(judgeTrial(survive, data)).toMatchObject({ verdict: "fail", measured: { value: 0 } });
});

test("a session that began anew did not survive, and what was lost before the fault is no loss by it", () => {
  const anew = carts(...kept, answer(1, 30), answer(1, 40, { lostSession: true }));
  expect(judgeTrial(survive, anew)).toMatchObject({ verdict: "fail", measured: { value: 1 / 2 } });
  const before = carts(answer(0, -40, { missing: 2 }), answer(0, 20));
  expect(judgeTrial(lost, before)).toMatchObject({ verdict: "pass", measured: { value: 0 } });
});

test("who asks after the fault and is never answered did not survive, and is not seen again", () => {
  const unanswered = [answer(2, -20), answer(2, 9, { outcome: "eof" })];
  const data = carts(...kept, answer(1, 40), ...unanswered);
  expect(judgeTrial(survive, data)).toMatchObject({ verdict: "fail", measured: { value: 2 / 3 } });
  expect(judgeTrial(usersSeenAtLeast({ of, atLeast: 3 }), data)).toMatchObject({
    verdict: "fail",
    measured: { value: 2 },
  });
  expect(judgeTrial(survive, carts(...unanswered)).measured).toEqual({ value: 0 });
  expect(judgeTrial(usersSeenAtLeast({ of, atLeast: 1 }), carts(...unanswered)).verdict).toBe(
    "fail",
  );
  // What their carts lost nobody can say.
  expect(judgeTrial(lost, carts(...unanswered))).toMatchObject({ verdict: "inconclusive" });
});

test("who was not answered before the fault or did not ask after it tells nothing", () => {
  const data = carts(answer(0, -20), answer(1, 20), answer(2, 9, { outcome: "eof" }));
  for (const objective of [survive, lost, usersSeenAtLeast({ of, atLeast: 0 })]) {
    expect(judgeTrial(objective, data)).toMatchObject({
      verdict: "inconclusive",
      measured: { reason: "no user was answered before the fault and asked again after it" },
    });
    expect(judgeTrial(objective, carts(probe(1, 2)))).toMatchObject({
      measured: { reason: "no user of a session was answered" },
    });
    expect(judgeTrial(objective, trialData())).toMatchObject({ verdict: "inconclusive" });
  }
});
