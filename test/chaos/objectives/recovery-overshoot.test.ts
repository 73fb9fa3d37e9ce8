import { expect, test } from "vitest";
import { judgeTrial } from "../../../chaos/objectives/judge.ts";
import { theFault } from "../../../chaos/objectives/moments.ts";
import { recoveryOvershootAtMost } from "../../../chaos/objectives/recovery-overshoot.ts";
import { eventAt, faultAt, trialData } from "./trial-data.ts";

const load = (atMs: number, openMost: number, node = "web-1") =>
  eventAt(atMs, "backend.load", { requests: 1, openMost, queuedMost: 0 }, node);
const normal = [load(-300, 4), load(-200, 2), load(-100, 4), load(-1, 40, "web-2")];
const trial = { ...trialData().trial, faults: [faultAt(0, 200)] };
const objective = recoveryOvershootAtMost({ atMost: 2 });

test("it is the highest of any backend after the healing over the median before the fault", () => {
  // What is open during the fault is no overshoot; a window that the healing lies in may be one.
  const events = [...normal, load(100, 99), load(250, 7), load(350, 10, "web-2")];
  expect(judgeTrial(objective, trialData({ trial, events }))).toMatchObject({
    verdict: "fail",
    measured: { value: 10 / 4 },
  });
  expect(
    judgeTrial(objective, trialData({ trial, events: [...normal, load(250, 8)] })),
  ).toMatchObject({ verdict: "pass", measured: { value: 2 } });
});

test("a fault that lasts can be looked at from another moment on", () => {
  const events = [...normal, load(150, 12)];
  const lasting = trialData({ events });
  expect(judgeTrial(objective, lasting)).toMatchObject({
    verdict: "inconclusive",
    measured: { reason: "fault 1 was not healed" },
  });
  const fromFault = recoveryOvershootAtMost({ atMost: 2, from: theFault });
  expect(judgeTrial(fromFault, lasting)).toMatchObject({ verdict: "fail", measured: { value: 3 } });
});

test.each([
  ["too little before", [...normal.slice(0, 2), load(250, 1)], "2 windows before the fault"],
  ["nothing after", normal, "no backend told of its load after the healing"],
  [
    "nothing open before",
    [load(-3, 0), load(-2, 0), load(-1, 0), load(250, 1)],
    "no request was open",
  ],
])("%s: nothing can be said", (_, events, reason) => {
  const judged = judgeTrial(objective, trialData({ trial, events }));
  expect(judged.verdict).toBe("inconclusive");
  expect(judged.measured.reason).toContain(reason);
});
