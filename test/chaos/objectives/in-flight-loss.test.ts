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

test("what failed while the fault may have been taking effect was open at it and is lost", () => {
  // P1 is known to 1 ms.
  const data = (...probes: ReturnType<typeof probe>[]) => trialData({ probes });
  const lost = inFlightLossAtMost({ atMost: 0 });
  expect(judgeTrial(lost, data(probe(-4, -0.5, "reset"), probe(-4, 5)))).toMatchObject({
    verdict: "fail",
    measured: { value: 1 },
  });
  expect(judgeTrial(lost, data(probe(-4, -1.5, "reset"), probe(-4, 5))).verdict).toBe("pass");
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
