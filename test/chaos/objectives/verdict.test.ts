import { describe, expect, test } from "vitest";
import { conclude, judgeObservation, type JudgedTrial } from "../../../chaos/objectives/verdict.ts";
import { unmeasuredTrial } from "../../../chaos/report/new-record.ts";
import type { Measured, RunRecord } from "../../../chaos/report/record.ts";
import type { Objective, Scenario, TrialData } from "../../../chaos/scenario.ts";
import type { TrialObservation } from "../../../chaos/trial.ts";
import { GOOD_QUALITY } from "../fake-environment.ts";
import { passingRun } from "../report/fixture.ts";
import { objectiveOf, trialData, UNKNOWN } from "./trial-data.ts";

const ENDED = { aborted: false, healFailed: false, reasons: [] };
const RECORD: RunRecord = { ...passingRun().record, trials: [], reasons: [], verdict: null };

/** Only what judging reads of a scenario. */
function promising(...objectives: Objective[]): Scenario {
  return { objectives, load: { ratePerSecond: 200 } } as unknown as Scenario;
}

function seen(
  change: Partial<TrialData["trial"]> = {},
  unverified: string[] = [],
): TrialObservation {
  const { trial, hurt, probes, events, injectedNs, observedMs } = trialData({ trial: change });
  const observed = { hurt, probes, events, injectedNs, observedMs };
  return { trial, ...observed, alongside: [], baselineFailures: 0, unverified };
}

function judged(scenario: Scenario, ...outages: Measured[]): JudgedTrial[] {
  return outages.map((outage, index) => judgeObservation(scenario, seen({ index, outage })));
}

/** Its latest probe was 45 ms late, for want of 50 ms of stolen CPU. */
function spoiltTrial(scenario: Scenario, index: number): JudgedTrial {
  const quality = { ...GOOD_QUALITY, intended: 100, sent: 100, lagP99Ms: 40, lagMaxMs: 45 };
  return judgeObservation(scenario, seen({ index, quality, stolenMs: 50 }));
}

function lost(index: number): JudgedTrial {
  const record = unmeasuredTrial(
    { index, repeats: null, seed: 1 },
    "invalid",
    "the lab did not start",
  );
  return { record, data: null, events: [], probes: [], alongside: {} };
}

describe("one trial", () => {
  test.each<[string, Scenario, TrialObservation, string, RegExp | null]>([
    ["passes", promising(objectiveOf()), seen(), "pass", null],
    ["misses", promising(objectiveOf()), seen({ outage: { value: 900 } }), "fail", /outage 900/],
    [
      "says nothing",
      promising(objectiveOf()),
      seen({ outage: UNKNOWN }),
      "inconclusive",
      /nobody looked/,
    ],
    ["promises nothing", promising(), seen(), "inconclusive", /no objectives/],
    [
      "has a fault that was not seen",
      promising(objectiveOf()),
      seen({}, ["it was not seen"]),
      "invalid",
      /not seen/,
    ],
    [
      "has no account of its prober",
      promising(objectiveOf()),
      seen({ quality: null }),
      "invalid",
      /no account/,
    ],
    [
      "failed before the fault",
      promising(objectiveOf()),
      { ...seen(), baselineFailures: 2 },
      "invalid",
      /2 probes failed before the fault/,
    ],
    [
      "misses one and does not know another",
      promising(
        objectiveOf({ id: "a", measure: () => UNKNOWN }),
        objectiveOf({ id: "b", measure: () => ({ value: 900 }) }),
      ),
      seen(),
      "fail",
      /outage 900/,
    ],
  ])("that %s", (_, scenario, observation, verdict, reason) => {
    const { record, data } = judgeObservation(scenario, observation);
    expect(record.verdict).toBe(verdict);
    if (reason === null) expect(record.reasons).toEqual([]);
    else expect(record.reasons.join()).toMatch(reason);
    // What cannot be trusted counts in nothing.
    expect(data === null).toBe(verdict === "invalid");
  });

  test("too coarse for the smallest bound is invalid", () => {
    const scenario = promising(objectiveOf({ bound: { kind: "at-most", value: 20 } }));
    const { record } = judgeObservation(scenario, seen({ outage: { value: 1 } }));
    expect(record.verdict).toBe("invalid");
    expect(record.reasons.join()).toContain("a resolution of 5 ms cannot judge a bound of 20 ms");
  });
});

describe("a trial that the machine spoilt", () => {
  const late = { ...GOOD_QUALITY, intended: 100, sent: 100, lagP99Ms: 40, lagMaxMs: 45 };
  const scenario = promising(objectiveOf());

  test.each<[string, TrialObservation, boolean]>([
    ["late, as much stolen", seen({ quality: late, stolenMs: 45 }), true],
    ["late, less stolen", seen({ quality: late, stolenMs: 44.9 }), true],
    ["late, and nobody says what was stolen", seen({ quality: late, stolenMs: null }), true],
    [
      "late, and probes failed before",
      { ...seen({ quality: late, stolenMs: 90 }), baselineFailures: 1 },
      false,
    ],
    ["late, and the fault not seen", seen({ quality: late, stolenMs: 90 }, ["not seen"]), false],
    ["no account of the prober", seen({ quality: null, stolenMs: 90 }), false],
    ["trusted, whatever was stolen", seen({ stolenMs: 9_000 }), false],
    [
      "a missed objective, whatever was stolen",
      seen({ outage: { value: 900 }, stolenMs: 9_000 }),
      false,
    ],
  ])("%s", (_, observation, spoilt) => {
    const { record, data } = judgeObservation(scenario, observation);
    expect(record.spoilt).toBe(spoilt);
    if (spoilt) expect([record.verdict, data]).toEqual(["invalid", null]);
  });

  test.each([
    [45, true],
    [44.9, false],
    [null, false],
  ])(
    "of %s ms stolen, its reasons speak when it was as much as it was late: %s",
    (stolenMs, told) => {
      const { record } = judgeObservation(scenario, seen({ quality: late, stolenMs }));
      expect(record.reasons.some((reason) => reason.includes("stolen"))).toBe(told);
    },
  );
});

describe("the run", () => {
  const outage = objectiveOf();
  const good: Measured = { value: 100 };

  test.each<[string, Objective[], Measured[], Partial<typeof ENDED>, string, number]>([
    ["all trials pass", [outage], [good, good], {}, "pass", 0],
    ["one trial misses", [outage], [good, { value: 900 }], {}, "fail", 1],
    ["one trial does not know", [outage], [good, UNKNOWN], {}, "inconclusive", 3],
    ["no objectives", [], [good], {}, "inconclusive", 3],
    ["no trials", [outage], [], {}, "invalid", 2],
    ["no trials and no objectives", [], [], {}, "invalid", 2],
    ["stopped after a pass", [outage], [good], { aborted: true }, "aborted", 130],
    ["stopped after a miss", [outage], [{ value: 900 }], { aborted: true }, "aborted", 130],
    ["stopped before any trial", [outage], [], { aborted: true }, "aborted", 130],
    ["residue after a pass", [outage], [good], { healFailed: true }, "heal-failed", 4],
    [
      "residue after a stop",
      [outage],
      [good],
      { healFailed: true, aborted: true },
      "heal-failed",
      4,
    ],
    [
      "a fail outweighs what another objective does not know",
      [objectiveOf({ id: "a", measure: () => UNKNOWN }), objectiveOf({ id: "b" })],
      [{ value: 900 }],
      {},
      "fail",
      1,
    ],
    [
      "a minimum that is not reached",
      [objectiveOf({ minimumSamples: 3 })],
      [good, good],
      {},
      "inconclusive",
      3,
    ],
  ])("%s", (_, objectives, outages, end, verdict, exitCode) => {
    const scenario = promising(...objectives);
    const record = conclude(RECORD, scenario, judged(scenario, ...outages), { ...ENDED, ...end });
    expect(record).toMatchObject({ verdict, exitCode });
    if (verdict !== "pass" && !("aborted" in end) && !("healFailed" in end)) {
      expect(record.reasons).not.toEqual([]);
    }
  });

  test.each([
    [1, 0, "invalid"],
    [1, 3, "invalid"],
    [1, 4, "pass"],
    [2, 7, "invalid"],
    [2, 8, "pass"],
    [3, 7, "invalid"],
    [4, 16, "pass"],
    [5, 15, "invalid"],
  ])("%s trials that cannot be trusted beside %s that can: %s", (bad, fine, verdict) => {
    const scenario = promising(outage);
    const trials = [
      ...Array.from({ length: bad }, (_, index) => lost(index)),
      ...judged(scenario, ...Array.from({ length: fine }, () => good)),
    ];
    const record = conclude(RECORD, scenario, trials, ENDED);
    expect(record.verdict).toBe(verdict);
    expect(record.trials).toHaveLength(bad + fine);
    expect(record.reasons[0]).toBe("trial 0 does not count: the lab did not start");
    expect(record.objectives[0]?.samples).toBe(fine);
  });

  test("spoilt trials that were measured again count neither as trusted nor as not", () => {
    const scenario = promising(outage);
    const spoilt = [0, 1, 2, 3].map((index) => spoiltTrial(scenario, index));
    const again = spoilt.map((_, index) =>
      judgeObservation(scenario, seen({ index: 5 + index, repeats: index, outage: good })),
    );
    const [one] = judged(scenario, good);
    const trials = [...spoilt, ...(one === undefined ? [] : [one]), ...again];
    const record = conclude(RECORD, scenario, trials, ENDED);
    expect(record).toMatchObject({ verdict: "pass", exitCode: 0 });
    expect(record.objectives[0]?.samples).toBe(5);
    expect(record.reasons).toHaveLength(4);
    expect(record.reasons[1]).toMatch(
      /^trial 1 does not count and was measured again as trial 6: 50 ms of CPU were stolen from the machine by its hypervisor; probes were sent 40 ms late/,
    );
    // Those that were not do count.
    const none = conclude(RECORD, scenario, trials.slice(0, 5), ENDED);
    expect(none.verdict).toBe("invalid");
  });

  test("an untrusted trial's failure is no failure of the run", () => {
    const scenario = promising(outage);
    const untrusted = judgeObservation(scenario, seen({ outage: { value: 900 }, quality: null }));
    const trials = [untrusted, ...judged(scenario, good, good, good, good)];
    expect(conclude(RECORD, scenario, trials, ENDED).verdict).toBe("pass");
  });

  test("one fault of ten that was not seen to be active invalidates the run", () => {
    const scenario = promising(outage);
    const faults = trialData().trial.faults.map((fault) => ({
      ...fault,
      verified: { active: false, evidence: "still answers" },
    }));
    const blind = judgeObservation(scenario, seen({ faults }, ["still answers"]));
    const trials = [blind, ...judged(scenario, ...Array.from({ length: 9 }, () => good))];
    expect(conclude(RECORD, scenario, trials, ENDED)).toMatchObject({ verdict: "invalid" });
  });

  test("a run's reasons name the objective and what was measured", () => {
    const scenario = promising(outage);
    const record = conclude(RECORD, scenario, judged(scenario, { value: 900 }), ENDED);
    expect(record.reasons).toEqual([
      expect.stringMatching(/^outage: missed in 1 of 1 trials; first: outage 900\.0 ms, wanted/),
    ]);
  });

  test("trials without an outage take no part in the line of outage against phase", () => {
    const scenario = promising(outage);
    const trials = [
      [10, 190],
      [50, 150],
      [90, 110],
      [40, 0],
    ].map(([phaseMs = 0, value = 0], index) =>
      judgeObservation(
        scenario,
        seen({
          index,
          outage: { value },
          phase: { of: "advert", periodMs: 100, wantedMs: phaseMs, achieved: { value: phaseMs } },
        }),
      ),
    );
    const { phaseFit } = conclude(RECORD, scenario, trials, ENDED);
    expect(phaseFit).toMatchObject({ n: 3 });
    expect(phaseFit?.slope).toBeCloseTo(-1);
  });
});
