import { expect, test } from "vitest";
import { judgeTrial } from "../../../chaos/objectives/judge.ts";
import { failedAtMostInFlight } from "../../../chaos/objectives/objectives.ts";
import type { TrialData } from "../../../chaos/scenario.ts";
import { faultAt, probe, trialData } from "./trial-data.ts";

test("of nodes that are hurt together all may cost what they had in flight; of one hurt later it may not", () => {
  const parts = ["web-1", "web-2"].map((target) => ({ kind: "kill", target }));
  const together = faultAt(0, null, { kind: "together", parts });
  const later = faultAt(5, null, { target: "web-2" });
  const judged = (...faults: TrialData["trial"]["faults"]) => {
    // What web-2 answers was in flight there, so one more may fail; web-3 is not hurt.
    const probes = [
      probe(-2, 5, "http_error", "web-2"),
      probe(-2, 5, "ok", "web-2"),
      probe(-2, 5, "ok", "web-3"),
      probe(2, 5, "refused"),
    ];
    return judgeTrial(failedAtMostInFlight(), trialData({ probes, trial: { faults } })).verdict;
  };
  expect(judged(together)).toBe("pass");
  expect(judged(faultAt(0, null))).toBe("fail");
  expect(judged(faultAt(0, null), later)).toBe("fail");
});

test("beyond what all hurt nodes had in flight no request may fail", () => {
  const parts = ["web-1", "web-2"].map((target) => ({ kind: "kill", target }));
  const trial = { faults: [faultAt(0, null, { kind: "together", parts })] };
  const probes = [
    probe(-2, 5, "http_error", "web-2"),
    ...[probe(2, 5, "refused"), probe(-2, 5, "ok", "web-3")],
  ];
  expect(judgeTrial(failedAtMostInFlight(), trialData({ probes, trial })).verdict).toBe("fail");
});
