import { expect, test } from "vitest";
import { judgeTrial } from "../../../chaos/objectives/judge.ts";
import { theFault } from "../../../chaos/objectives/moments.ts";
import {
  slowStartFollowsCurve,
  slowStartParts,
  type SlowStartLook,
} from "../../../chaos/objectives/slow-start-compliance.ts";
import { slowStartShare } from "../../../chaos/simulation/slow-start-share.ts";
import { FAULT_NS, probe, trialData } from "./trial-data.ts";

const WINDOW_MS = 2_000;
const LOOK: SlowStartLook = {
  backend: "web-1",
  windowMs: WINDOW_MS,
  curve: { backends: 2, aggression: 1, minimumWeight: 0.1 },
  parts: 4,
  minimumExpected: 15,
};

/** One request each millisecond of 2.1 s; the backend gets them by a share that depends on the age. */
function seen(shareAt: (age: number) => number, lastsMs = 1, untilMs = WINDOW_MS * 1.05) {
  let due = 0;
  const probes = Array.from({ length: untilMs }, (_, atMs) => {
    due += shareAt(atMs / WINDOW_MS);
    const own = due >= 1;
    due -= own ? 1 : 0;
    return probe(atMs, atMs + lastsMs, "ok", own ? "web-1" : "web-2");
  });
  return trialData({ probes });
}

const curveAt = (age: number): number => {
  const clipped = Math.min(age, 1);
  return slowStartShare(LOOK.curve, clipped, clipped);
};
const verdictOf = (data: ReturnType<typeof trialData>) =>
  judgeTrial(slowStartFollowsCurve({ ...LOOK, begin: theFault }), data);

test("a share along the curve is inside the band in every part", () => {
  expect(verdictOf(seen(curveAt))).toMatchObject({ verdict: "pass", measured: { value: 0 } });
});

test("the whole share at once is too much, and the least share for ever too little", () => {
  expect(verdictOf(seen(() => 0.5))).toMatchObject({ verdict: "fail", measured: { value: 3 } });
  expect(verdictOf(seen(() => 0.1 / 1.1))).toMatchObject({ verdict: "fail" });
});

test("each part tells what was due and what there was", () => {
  const look = slowStartParts(LOOK, FAULT_NS, seen(curveAt).probes);
  expect(look).toMatchObject({ parts: Array.from({ length: 4 }, () => ({ requests: 500 })) });
  const [first] = "parts" in look ? look.parts : [];
  const expected = 500 * slowStartShare(LOOK.curve, 0, 0.25);
  expect(first?.expected.least).toBeCloseTo(expected, 0);
  expect(first?.expected.most).toBeGreaterThan(first?.expected.least ?? Infinity);
  expect(first?.got).toBeGreaterThan(expected - 2);
  expect(first?.got).toBeLessThan(expected + 2);
});

test("a request that took long may have been picked for at any time until its end", () => {
  // Everything waited for half a second and was picked for then, as on a machine that stood still.
  const late = seen((age) => curveAt(age + 0.25), 500);
  expect(verdictOf(late).verdict).toBe("pass");
  expect(verdictOf(seen((age) => curveAt(age + 0.25))).verdict).toBe("fail");
});

test("too few requests, a look that ended too early or no beginning say nothing", () => {
  const sparse = trialData({ probes: seen(curveAt).probes.filter((_, index) => index % 10 === 0) });
  expect(verdictOf(sparse)).toMatchObject({
    verdict: "inconclusive",
    measured: { reason: expect.stringMatching(/only \d+ requests were due to it, 15 are needed/) },
  });
  expect(verdictOf(seen(curveAt, 1, 1_900)).measured.reason).toMatch(/not over/);
  const never = {
    title: "never",
    find: () => ({ atNs: null, reason: "it did not come" }) as const,
  };
  const unbegun = slowStartFollowsCurve({ ...LOOK, begin: never });
  expect(unbegun.measure(seen(curveAt))).toEqual({ value: null, reason: "it did not come" });
});
