import { describe, expect, test } from "vitest";
import type { RunRecord, TrialRecord, Verdict } from "../../chaos/report/record.ts";
import { controlOutcome, promiseOutcome } from "../scenario-outcome.ts";
import { passingRun } from "../chaos/report/fixture.ts";

const { record: PASSING } = passingRun();
const [GOOD] = PASSING.trials;
const [OBJECTIVE] = PASSING.objectives;
if (GOOD === undefined || OBJECTIVE === undefined) throw new Error("The fixture is empty.");

const good: Partial<TrialRecord> = {};
const missed: Partial<TrialRecord> = { verdict: "fail" };
const unknown: Partial<TrialRecord> = { verdict: "inconclusive" };
const spoilt: Partial<TrialRecord> = { verdict: "invalid", spoilt: true, stolenMs: 900 };
const late: Partial<TrialRecord> = { ...spoilt, stolenMs: 0 };
const unseen: Partial<TrialRecord> = {
  ...spoilt,
  faults: GOOD.faults.map((fault) => ({ ...fault, verified: { active: false, evidence: "no" } })),
};

function times(count: number, trial: Partial<TrialRecord>): Partial<TrialRecord>[] {
  return Array.from({ length: count }, () => trial);
}

function runOf(verdict: Verdict | null, changes: readonly Partial<TrialRecord>[]): RunRecord {
  const trials = changes.map((change, index) => ({ ...GOOD, index, ...change }) as TrialRecord);
  return { ...PASSING, verdict, trials, reasons: [`it is ${verdict}`] };
}

describe("the test of a promise", () => {
  test.each<[string, RunRecord, "pass" | "fail" | "skip"]>([
    ["everything held", runOf("pass", times(5, good)), "pass"],
    ["held beside a trial measured again", runOf("pass", [spoilt, { repeats: 0 }]), "pass"],
    ["one objective was missed", runOf("fail", [...times(4, good), missed]), "fail"],
    ["too little data", runOf("inconclusive", times(5, unknown)), "fail"],
    ["nothing was judged", runOf(null, []), "fail"],
    ["no trial was run", runOf("invalid", []), "fail"],
    ["stopped, with trials spoilt", runOf("aborted", times(5, spoilt)), "fail"],
    ["residue, with trials spoilt", runOf("heal-failed", times(5, spoilt)), "fail"],
    ["every trial spoilt", runOf("invalid", times(5, spoilt)), "skip"],
    ["two of five spoilt", runOf("invalid", [...times(3, good), ...times(2, spoilt)]), "skip"],
    ["two of five late by themselves", runOf("invalid", [...times(3, good), late, late]), "fail"],
    ["one late by itself, four spoilt", runOf("invalid", [late, ...times(4, spoilt)]), "skip"],
    [
      "two late by themselves, three spoilt",
      runOf("invalid", [late, late, ...times(3, spoilt)]),
      "fail",
    ],
    [
      "a trusted trial missed, four spoilt",
      runOf("invalid", [missed, ...times(4, spoilt)]),
      "fail",
    ],
    [
      "a trusted trial unknown, four spoilt",
      runOf("invalid", [unknown, ...times(4, spoilt)]),
      "fail",
    ],
    ["a fault was not seen to be active", runOf("invalid", [...times(4, spoilt), unseen]), "fail"],
    [
      "a spoilt trial whose repetition was late by itself",
      runOf("invalid", [spoilt, { ...late, repeats: 0 }]),
      "fail",
    ],
    [
      "a spoilt trial whose repetitions were spoilt",
      runOf("invalid", [spoilt, { ...spoilt, repeats: 0 }, { ...spoilt, repeats: 1 }]),
      "skip",
    ],
  ])("%s", (_, record, kind) => {
    expect(promiseOutcome(record).kind).toBe(kind);
  });

  test("tells why it was skipped or failed", () => {
    const skipped = promiseOutcome(runOf("invalid", [spoilt, { ...spoilt, repeats: 0 }]));
    expect(skipped).toMatchObject({
      why: expect.stringMatching(
        /^the machine could not measure: 2 of 2 trials spoilt, up to 900 ms of CPU stolen .* 1 of the trials were repetitions$/,
      ) as unknown,
    });
    const failed = promiseOutcome(runOf("fail", [missed]));
    expect(failed).toEqual({ kind: "fail", why: "verdict fail\nit is fail" });
  });
});

describe("the test of a control", () => {
  const failing = (id: string, verdict: Verdict = "fail"): RunRecord => ({
    ...runOf("fail", [missed]),
    objectives: [{ ...OBJECTIVE, id, verdict }],
  });

  test.each<[string, RunRecord, "pass" | "fail" | "skip"]>([
    ["it missed what it must", failing("outage"), "pass"],
    ["it missed something else", failing("failed-requests"), "fail"],
    ["what it must miss held", failing("outage", "pass"), "fail"],
    ["it held", runOf("pass", [good]), "fail"],
    ["it did not say", runOf("inconclusive", [unknown]), "fail"],
    ["every trial spoilt", runOf("invalid", times(7, spoilt)), "skip"],
    ["missed once, the others spoilt", runOf("invalid", [missed, ...times(4, spoilt)]), "skip"],
    ["held once, the others spoilt", runOf("invalid", [good, ...times(4, spoilt)]), "fail"],
    ["late by itself", runOf("invalid", [late]), "fail"],
  ])("%s", (_, record, kind) => {
    expect(controlOutcome(record, ["outage", "detection"]).kind).toBe(kind);
  });

  test("tells what was missed and what should have been", () => {
    expect(controlOutcome(failing("failed-requests"), ["outage"])).toEqual({
      kind: "fail",
      why: "missed failed-requests; a control has to miss one of outage",
    });
  });
});
