import { expect, test } from "vitest";
import { inFlightLossAtMost } from "../../../chaos/objectives/in-flight-loss.ts";
import { judgeTrial } from "../../../chaos/objectives/judge.ts";
import { probe, trialData } from "./trial-data.ts";

test("of the requests open at the fault those without a good answer are lost", () => {
  const probes = [
    ...[probe(-5, 5), probe(-4, 6, "reset"), probe(-3, 7, "timeout")],
    // Neither was open at the fault.
    ...[probe(-9, -8, "reset"), probe(1, 2, "refused")],
  ];
  const judged = judgeTrial(inFlightLossAtMost({ atMost: 1 }), trialData({ probes }));
  expect(judged).toMatchObject({ verdict: "fail", measured: { value: 2 } });
  expect(judgeTrial(inFlightLossAtMost({ atMost: 2 }), trialData({ probes })).verdict).toBe("pass");
});

test("when nothing was open nothing can be said", () => {
  const data = trialData({ probes: [probe(1, 2)] });
  expect(judgeTrial(inFlightLossAtMost({ atMost: 0 }), data)).toMatchObject({
    verdict: "inconclusive",
    measured: { reason: "no request was open at the fault" },
  });
  expect(judgeTrial(inFlightLossAtMost({ atMost: 0, of: "other" }), data)).toMatchObject({
    verdict: "inconclusive",
  });
});
