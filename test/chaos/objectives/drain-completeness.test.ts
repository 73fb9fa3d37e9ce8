import { expect, test } from "vitest";
import { drainCompletenessAtLeast } from "../../../chaos/objectives/drain-completeness.ts";
import { judgeTrial } from "../../../chaos/objectives/judge.ts";
import { eventAt, trialData } from "./trial-data.ts";

const objective = drainCompletenessAtLeast({ backend: "web-1", atLeast: 0.9 });
const drained = (atMs: number, completed: number, cut: number, backend = "web-1") =>
  eventAt(atMs, "backend.drained", { backend, completed, cut });

test("all drains of the backend since the fault count together", () => {
  const events = [
    drained(-5, 0, 9),
    drained(10, 6, 0),
    drained(20, 2, 2),
    drained(30, 0, 9, "web-2"),
  ];
  expect(judgeTrial(objective, trialData({ events }))).toMatchObject({
    verdict: "fail",
    measured: { value: 0.8 },
  });
  expect(judgeTrial(objective, trialData({ events: [drained(10, 6, 0)] })).verdict).toBe("pass");
});

test.each([
  ["no drain ended", [], "no drain of web-1 ended"],
  ["nothing was in flight", [drained(5, 0, 0)], "web-1 had nothing in flight when its drain began"],
])("%s: nothing can be said", (_, events, reason) => {
  expect(judgeTrial(objective, trialData({ events }))).toMatchObject({
    verdict: "inconclusive",
    measured: { value: null, reason },
  });
});
