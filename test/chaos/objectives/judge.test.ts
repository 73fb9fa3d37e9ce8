import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judgeObjective, judgeTrial } from "../../../chaos/objectives/judge.ts";
import type { Measured } from "../../../chaos/report/record.ts";
import type { Bound, Objective, TrialData } from "../../../chaos/scenario.ts";
import { NEVER, objectiveOf, trialData, UNKNOWN, windowOf } from "./trial-data.ts";

const OUTAGES = windowOf(100, 200);
const PREDICTED: Bound = { kind: "predicted", window: OUTAGES, slackMs: 10 };
const AT_MOST: Bound = { kind: "at-most", value: 200 };
const AT_LEAST: Bound = { kind: "at-least", value: 3 };

/** An objective that measures what it is given. */
function measuring(measured: Measured, bound: Bound): Objective {
  return objectiveOf({ measure: () => measured, bound });
}

/** Judges made-up outages over all trials, as a run does. */
function over(objective: Objective, outages: readonly (Measured | TrialData)[]) {
  return judgeObjective(
    objective,
    outages.map((one) => {
      const data = "trial" in one ? one : trialData({ trial: { outage: one } });
      return { data, sample: judgeTrial(objective, data) };
    }),
  );
}
const ms = (...values: number[]): Measured[] => values.map((value) => ({ value }));

describe("one trial", () => {
  test.each<[string, Measured, Bound, string]>([
    ["a value below a ceiling", { value: 200 }, AT_MOST, "pass"],
    ["a value above a ceiling", { value: 200.1 }, AT_MOST, "fail"],
    ["a value on a floor", { value: 3 }, AT_LEAST, "pass"],
    ["a value below a floor", { value: 2 }, AT_LEAST, "fail"],
    ["no value under a ceiling", UNKNOWN, AT_MOST, "inconclusive"],
    ["no value over a floor", UNKNOWN, AT_LEAST, "inconclusive"],
    ["no value in a window", UNKNOWN, PREDICTED, "inconclusive"],
    ["never over, already above the ceiling", { ...NEVER, atLeast: 900 }, AT_MOST, "fail"],
    ["never over, still below the ceiling", { ...NEVER, atLeast: 150 }, AT_MOST, "inconclusive"],
    ["never over, above the window", { ...NEVER, atLeast: 900 }, PREDICTED, "fail"],
    [
      "a floor when all that is known is too little",
      { ...NEVER, atLeast: 1 },
      AT_LEAST,
      "inconclusive",
    ],
    ["as late as theory, resolution and slack allow", { value: 215 }, PREDICTED, "pass"],
    ["later than that", { value: 215.1 }, PREDICTED, "fail"],
    ["as early as theory, resolution and slack allow", { value: 85 }, PREDICTED, "pass"],
    ["faster than theory allows", { value: 84.9 }, PREDICTED, "fail"],
    [
      "before the fault was seen, by less than its window is widened",
      { value: -14 },
      { ...PREDICTED, window: windowOf(0, 200) },
      "pass",
    ],
    [
      "before the fault, by more than that",
      { value: -15.1 },
      { ...PREDICTED, window: windowOf(0, 200) },
      "fail",
    ],
    ["a value that is no number", { value: NaN }, AT_MOST, "inconclusive"],
    ["a lower bound that is no number", { ...NEVER, atLeast: NaN }, AT_MOST, "inconclusive"],
    [
      "a ceiling that another measure sets",
      { value: 3 },
      { kind: "at-most-measure", title: "in flight", measure: () => ({ value: 3 }) },
      "pass",
    ],
    [
      "more than another measure allows",
      { value: 4 },
      { kind: "at-most-measure", title: "in flight", measure: () => ({ value: 3 }) },
      "fail",
    ],
    [
      "a ceiling that has no value",
      { value: 0 },
      { kind: "at-most-measure", title: "in flight", measure: () => UNKNOWN },
      "inconclusive",
    ],
    [
      "a ceiling that is no number",
      { value: 0 },
      { kind: "at-most-measure", title: "in flight", measure: () => ({ value: NaN }) },
      "inconclusive",
    ],
  ])("%s", (_, measured, bound, verdict) => {
    expect(judgeTrial(measuring(measured, bound), trialData()).verdict).toBe(verdict);
  });

  const boom = (): never => {
    throw new Error("a defect of the scenario");
  };
  test.each<[string, Partial<Objective>]>([
    ["measure", { measure: boom }],
    ["ceiling", { bound: { kind: "at-most-measure", title: "it", measure: boom } }],
    ["window", { bound: { ...PREDICTED, windowOf: boom } }],
  ])("a %s that throws is inconclusive, in the trial and in the run", (_, change) => {
    const objective = objectiveOf(change);
    expect(judgeTrial(objective, trialData())).toMatchObject({
      verdict: "inconclusive",
      message: "the objective's own code failed: a defect of the scenario",
    });
    expect(over(objective, ms(100, 100)).verdict).toBe("inconclusive");
  });

  test.each<[string, Bound]>([
    ["ceiling", { kind: "at-most", value: NaN }],
    ["floor", { kind: "at-least", value: NaN }],
    ["window's floor", { ...PREDICTED, windowOf: () => windowOf(NaN, 200) }],
    ["window's ceiling", { ...PREDICTED, windowOf: () => windowOf(100, NaN) }],
    ["slack", { ...PREDICTED, slackMs: NaN }],
  ])("a %s that is no number is inconclusive, in the trial and in the run", (_, bound) => {
    const objective = objectiveOf({ bound });
    expect(judgeTrial(objective, trialData())).toMatchObject({
      verdict: "inconclusive",
      message: expect.stringMatching(/the objective's own code failed: .* is NaN/),
    });
    expect(over(objective, ms(100, 100)).verdict).toBe("inconclusive");
  });

  test("an objective of a load beside the main one is widened by that load's resolution", () => {
    const objective = objectiveOf({ of: "carts", bound: PREDICTED });
    const data = (carts: number) =>
      trialData({
        trial: { outage: { value: 231 } },
        resolutionMs: 5,
        alongsideResolutionMs: { carts },
      });
    expect(judgeTrial(objective, data(20)).verdict).toBe("fail");
    expect(judgeTrial(objective, data(40)).verdict).toBe("pass");
    expect(judgeTrial(objectiveOf({ bound: PREDICTED }), data(40)).verdict).toBe("fail");
    expect(judgeTrial(objective, trialData())).toMatchObject({
      verdict: "inconclusive",
      message: expect.stringContaining("nobody knows what load carts can tell apart"),
    });
  });

  test("no number of trials is enough where the number that is needed is none", () => {
    expect(over(objectiveOf({ minimumSamples: NaN }), ms(100, 100)).verdict).toBe("inconclusive");
  });

  test("no measure that lacks data ever passes, under any bound", () => {
    const bound = fc.oneof(
      fc.record({ kind: fc.constant("at-most" as const), value: fc.double({ noNaN: true }) }),
      fc.record({ kind: fc.constant("at-least" as const), value: fc.double({ noNaN: true }) }),
      fc.record({
        kind: fc.constant("predicted" as const),
        window: fc.tuple(fc.nat(), fc.nat()).map(([a, b]) => windowOf(a, a + b)),
        slackMs: fc.nat(),
      }),
    );
    const nothing = fc.oneof(
      fc.constant<Measured>(UNKNOWN),
      fc.constant<Measured>({ value: NaN }),
      fc.double().map<Measured>((atLeast) => ({ ...NEVER, atLeast })),
    );
    fc.assert(
      fc.property(bound, nothing, fc.constantFrom("every trial", "median", "p50"), (b, m, s) => {
        const objective = { ...measuring(m, b), statistic: s as Objective["statistic"] };
        expect(judgeTrial(objective, trialData()).verdict).not.toBe("pass");
        const trials = Array.from({ length: 5 }, () => trialData());
        expect(over(objective, trials).verdict).not.toBe("pass");
      }),
    );
  });
});

describe("what a failure says", () => {
  test("what was measured, what was wanted, where it broke, and which errors there were", () => {
    const data = trialData({
      trial: {
        outage: { value: 350 },
        phases: {
          detection: { value: 300 },
          decision: { value: 2 },
          propagation: UNKNOWN,
          client: { value: 48 },
        },
      },
      errors: { ok: 900, timeout: 60, refused: 3, reset: 7, eof: 1 },
    });
    expect(judgeTrial(objectiveOf(), data).message).toBe(
      "outage 350.0 ms, wanted at most 200.0 ms; longest phase: detection, 300.0 ms; errors: 60 timeout, 7 reset, 3 refused",
    );
  });

  test("a trial that never recovered names the last mark it reached", () => {
    const data = trialData({
      marks: { armed: -5, injected: 0, impact: 2, detected: 290 },
      trial: { outage: { ...NEVER, atLeast: 900 } },
      errors: { timeout: 180 },
    });
    expect(judgeTrial(objectiveOf(), data).message).toBe(
      'outage at least 900.0 ms (not recovered within 900 ms), wanted at most 200.0 ms; got as far as "detected"; errors: 180 timeout',
    );
  });

  test("a pass says no more than the value and what was wanted", () => {
    expect(judgeTrial(objectiveOf({ bound: PREDICTED }), trialData()).message).toBe(
      "outage 100.0 ms, wanted 85.0 ms to 215.0 ms",
    );
  });
});

describe("every trial", () => {
  test("one miss of ten fails, and is told", () => {
    const judged = over(objectiveOf(), ms(...Array<number>(9).fill(100), 300));
    expect(judged).toMatchObject({ verdict: "fail", samples: 10, atMost: 200, atLeast: null });
    expect(judged.message).toMatch(/^missed in 1 of 10 trials; first: outage 300\.0 ms/);
  });

  test("all hold", () => {
    expect(over(objectiveOf(), ms(100, 200))).toMatchObject({
      verdict: "pass",
      message: "held in all 2 trials",
      summary: { n: 2, median: 150 },
    });
  });

  test.each<[string, Measured[], number, string]>([
    ["no trial at all", [], 1, "no trial can be trusted"],
    ["no trial has a value", [UNKNOWN, UNKNOWN], 1, "nobody looked"],
    ["one trial has none", [{ value: 100 }, UNKNOWN], 1, "1 of 2 trials have no value"],
    ["fewer than the minimum", ms(100, 100), 3, "2 of at least 3 trials"],
    ["a minimum of zero still asks for one", [], 0, "0 of at least 1"],
  ])("%s is inconclusive", (_, measured, minimumSamples, message) => {
    const judged = over(objectiveOf({ minimumSamples }), measured);
    expect(judged.verdict).toBe("inconclusive");
    expect(judged.message).toContain(message);
  });

  test("a miss is a miss, however few trials there were", () => {
    expect(over(objectiveOf({ minimumSamples: 5 }), ms(300)).verdict).toBe("fail");
  });

  test("values without the ceiling they are held to are no data", () => {
    const bound: Bound = { kind: "at-most-measure", title: "in flight", measure: () => UNKNOWN };
    expect(over(objectiveOf({ bound }), ms(0, 0))).toMatchObject({
      verdict: "inconclusive",
      samples: 0,
      summary: null,
    });
  });

  test("each trial is held to its own window", () => {
    const bound: Bound = {
      ...PREDICTED,
      windowOf: ({ trial }) => (trial.index === 0 ? OUTAGES : windowOf(400, 500)),
    };
    const data = (index: number, value: number) =>
      trialData({ trial: { index, outage: { value } } });
    expect(over(objectiveOf({ bound }), [data(0, 150), data(1, 450)])).toMatchObject({
      verdict: "pass",
      // No single number is true of all.
      atLeast: null,
      atMost: null,
    });
    expect(over(objectiveOf({ bound }), [data(0, 450), data(1, 450)]).verdict).toBe("fail");
  });
});

describe("medians and percentiles", () => {
  const median = objectiveOf({ statistic: "median" });

  test.each<[string, Objective, Measured[], string]>([
    ["the median may hold though single trials miss", median, ms(100, 150, 900), "pass"],
    ["the median misses", median, ms(100, 250, 900), "fail"],
    [
      "trials that were not over are the worst there is",
      median,
      [{ value: 100 }, { ...NEVER, atLeast: 900 }, { ...NEVER, atLeast: 900 }],
      "fail",
    ],
    [
      "one that was not over does not move a median of three",
      median,
      [{ value: 100 }, { value: 120 }, { ...NEVER, atLeast: 900 }],
      "pass",
    ],
    [
      "too few have a value",
      { ...median, minimumSamples: 3 },
      [...ms(100, 100), UNKNOWN],
      "inconclusive",
    ],
    ["p50 of five", objectiveOf({ statistic: "p50" }), ms(100, 100, 100, 900, 900), "pass"],
    [
      "p54 of five is the third",
      objectiveOf({ statistic: "p54" }),
      ms(100, 100, 201, 900, 900),
      "fail",
    ],
    [
      "p80 of thirteen is more than they support",
      objectiveOf({ statistic: "p80" }),
      ms(...Array<number>(13).fill(100)),
      "inconclusive",
    ],
    [
      "p80 of fourteen",
      objectiveOf({ statistic: "p80" }),
      ms(...Array<number>(14).fill(100)),
      "pass",
    ],
    ["a median below the window", { ...median, bound: PREDICTED }, ms(10, 20, 150), "fail"],
  ])("%s", (_, objective, measured, verdict) => {
    expect(over(objective, measured).verdict).toBe(verdict);
  });

  test("the message names the statistic, over how many trials, and the first that missed", () => {
    expect(over(median, [...ms(100, 250, 900), UNKNOWN]).message).toBe(
      "median of 3 trials 250.0 ms, not at most 200.0 ms; first: outage 250.0 ms, wanted at most 200.0 ms",
    );
    expect(over(median, [{ ...NEVER, atLeast: 900 }]).message).toMatch(
      /^median of 1 trials never,/,
    );
  });

  test("what holds in every trial holds for every statistic, also where each has its own ceiling", () => {
    const trials = fc.array(fc.record({ value: fc.nat(1_000), room: fc.nat(100) }), {
      minLength: 14,
      maxLength: 20,
    });
    fc.assert(
      fc.property(trials, fc.constantFrom("median", "p50", "p80"), (all, statistic) => {
        const bound: Bound = {
          kind: "at-most-measure",
          title: "own ceiling",
          measure: ({ observedMs }) => ({ value: observedMs }),
        };
        const objective = objectiveOf({ bound, statistic: statistic as Objective["statistic"] });
        const datas = all.map(({ value, room }) =>
          trialData({ trial: { outage: { value } }, observedMs: value + room }),
        );
        expect(over({ ...objective, statistic: "every trial" }, datas).verdict).toBe("pass");
        expect(over(objective, datas).verdict).toBe("pass");
      }),
    );
  });

  test("a statistic that most trials miss does not hide behind one trial's wide ceiling", () => {
    const bound: Bound = {
      kind: "at-most-measure",
      title: "own ceiling",
      measure: ({ observedMs }) => ({ value: observedMs }),
    };
    const data = (value: number, ceiling: number) =>
      trialData({ trial: { outage: { value } }, observedMs: ceiling });
    const judged = over({ ...median, bound }, [data(1, 1_000), data(500, 10), data(500, 10)]);
    expect(judged.verdict).toBe("fail");
  });
});

test("the order of trials does not change the verdict", () => {
  const measured = fc.oneof(
    fc.nat(400).map<Measured>((value) => ({ value })),
    fc.constant<Measured>(UNKNOWN),
    fc.constant<Measured>({ ...NEVER, atLeast: 900 }),
  );
  fc.assert(
    fc.property(
      fc.array(measured, { maxLength: 16 }),
      fc.constantFrom("every trial", "median", "p50"),
      (all, statistic) => {
        const objective = objectiveOf({ statistic: statistic as Objective["statistic"] });
        expect(over(objective, all.toReversed()).verdict).toBe(over(objective, all).verdict);
      },
    ),
  );
});
