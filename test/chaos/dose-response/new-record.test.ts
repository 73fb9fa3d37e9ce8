import { describe, expect, test } from "vitest";
import {
  newDoseResponseRecord,
  type DoseResponsePlan,
} from "../../../chaos/dose-response/new-record.ts";
import { probabilityOfRun } from "../../../chaos/dose-response/run-of-losses.ts";
import { wilsonInterval } from "../../../chaos/statistics/wilson-interval.ts";
import { measuredDose, TIMERS } from "./measured-dose.ts";

const PLAN: DoseResponsePlan = {
  at: new Date(Date.UTC(2026, 0, 2, 3, 4, 5)),
  command: "npx evenkeel dose-response --seed 42",
  seed: 42,
  trials: 10,
  exposureMs: 2_000,
  priorities: [150, 100],
  budgetMs: null,
  disturbance: "loss",
  timers: [TIMERS],
  doses: [0, 0.3, 0.6],
};
const DONE = { left: [], interrupted: false };
const CALM = Array.from({ length: 10 }, () => 0);
const zero = measuredDose({ dose: 0, moves: CALM });
const some = measuredDose({ dose: 0.3, moves: [0, 1, 0, 0, 2, 0, 0, 1, 0, 0] });
const most = measuredDose({ dose: 0.6, moves: [1, 2, 1, 1, 3, 1, 2, 1, 1, 1] });
const recordOf = (...measured: Parameters<typeof newDoseResponseRecord>[1]) =>
  newDoseResponseRecord(PLAN, measured, DONE);

describe("what a dose did", () => {
  test("counts trials in which the address moved, not how often, and knows how sure that is", () => {
    const dose = recordOf(most, some, zero).curves[0]?.doses[1];
    expect(dose).toMatchObject({ dose: 0.3, counted: 10, moved: 3, moves: 4, share: 0.3 });
    expect(dose?.interval).toEqual(wilsonInterval(3, 10, 0.95));
    expect(dose?.firstMove).toMatchObject({ n: 3, min: 410, max: 470 });
    expect(dose?.activeMs).toBe(2_000);
    expect(dose?.predicted).toBeCloseTo(probabilityOfRun(20, 3, 0.3), 12);
  });

  test("is judged by an interval so wide that all doses together have 95 %", () => {
    const record = recordOf(zero, some, most);
    expect(record.judgedConfidence).toBeCloseTo(1 - 0.05 / 3, 12);
    const dose = record.curves[0]?.doses[1];
    expect(dose?.judged).toEqual(wilsonInterval(3, 10, record.judgedConfidence));
    expect(dose?.fits).toBe(true);
  });

  test("tells of a run that says nothing in one line, whatever a node wrote", () => {
    const run = measuredDose({ dose: 0.3, moves: CALM, verdict: "invalid" });
    const long = { ...run, record: { ...run.record, reasons: ["Node lb-a ended.\nLast output:"] } };
    expect(recordOf(zero, long).reasons).toEqual(["loss 0.3, 100 ms × 3: Node lb-a ended"]);
  });

  test("leaves out what cannot be trusted, and tells why", () => {
    const { curves } = recordOf(
      zero,
      measuredDose({
        dose: 0.3,
        moves: [5, ...CALM.slice(1)],
        change: ({ index }) => (index === 0 ? { verdict: "invalid", reasons: ["late"] } : {}),
      }),
    );
    expect(curves[0]?.doses[1]).toMatchObject({ counted: 9, notCounted: 1, moved: 0, moves: 0 });
    expect(curves[0]?.doses[1]?.trials[0]).toMatchObject({ counts: false, reasons: ["late"] });
  });

  test("is predicted for the freezes as they came, by the priority of whoever waited", () => {
    const freezes = (target: string) =>
      measuredDose({
        disturbance: "freeze",
        dose: 0.4,
        moves: CALM,
        spansMs: [256.25],
        change: () => ({ target }),
      });
    const of = (target: string) =>
      newDoseResponseRecord({ ...PLAN, disturbance: "freeze" }, [zero, freezes(target)], DONE)
        .curves[0]?.doses[1]?.predicted;
    // The fixture's balancers have 250 and 240: 6.25 ms of skew, or 2.34 ms.
    expect(of("lb-a")).toBeCloseTo(0.5, 12);
    expect(of("lb-b")).toBeCloseTo(0.5390625, 12);
  });

  test("of busy loops stands although they make the prober late, but not when they were not seen", () => {
    const cpu = { ...PLAN, disturbance: "cpu" as const };
    const late = (active: boolean) =>
      measuredDose({
        disturbance: "cpu",
        dose: 4,
        moves: CALM,
        verdict: "invalid",
        change: ({ quality, faults }) => ({
          verdict: "invalid",
          spoilt: active,
          quality: quality === null ? null : { ...quality, lagP99Ms: 60 },
          faults: faults.map((fault) => ({ ...fault, verified: { active, evidence: "" } })),
        }),
      });
    const seen = newDoseResponseRecord(cpu, [zero, late(true)], DONE);
    expect(seen.curves[0]?.doses[1]).toMatchObject({ counted: 10, says: true, fits: null });
    expect(seen.verdict).toBe("pass");
    const unseen = newDoseResponseRecord(cpu, [zero, late(false)], DONE);
    expect(unseen.curves[0]?.doses[1]).toMatchObject({ counted: 0, says: false });
    expect(unseen.verdict).toBe("invalid");
  });
});

describe("the verdict", () => {
  test("passes when theory explains every dose, though the address moved", () => {
    expect(recordOf(zero, some, most)).toMatchObject({
      schema: "evenkeel.dose-response/1",
      id: "20260102T030405Z-dose-response-42",
      verdict: "pass",
      exitCode: 0,
      reasons: [],
    });
  });

  test("fails when the address moved at dose 0", () => {
    const moved = measuredDose({ dose: 0, moves: [0, 0, 1] });
    expect(recordOf(moved, some)).toMatchObject({ verdict: "fail", exitCode: 1 });
    expect(recordOf(moved, some).reasons[0]).toContain("moved in 1 of 3 trials");
  });

  test("fails when theory does not explain a dose", () => {
    const always = measuredDose({ dose: 0.1, moves: CALM.map(() => 1) });
    const record = recordOf(zero, always);
    expect(record).toMatchObject({ verdict: "fail", exitCode: 1 });
    expect(record.reasons).toEqual([
      "loss 0.1, 100 ms × 3: it moved in 10 of 10 trials, which theory does not explain",
    ]);
  });

  test.each([
    ["invalid", 2],
    ["heal-failed", 4],
    ["aborted", 130],
  ] as const)("is %s when a run is", (verdict, exitCode) => {
    const run = measuredDose({ dose: 0.3, moves: CALM, verdict });
    expect(recordOf(zero, run)).toMatchObject({ verdict, exitCode });
  });

  test("is inconclusive without dose 0, and of nothing", () => {
    expect(recordOf(some)).toMatchObject({ verdict: "inconclusive", exitCode: 3 });
    expect(recordOf()).toMatchObject({ verdict: "inconclusive", exitCode: 3 });
  });

  test("is aborted when it was stopped, and names what was not run", () => {
    const left = [{ title: "loss 60 %", reason: "it was stopped before" }];
    const record = newDoseResponseRecord(PLAN, [zero, some], { left, interrupted: true });
    expect(record).toMatchObject({ verdict: "aborted", exitCode: 130, left });
  });
});

test("each of the timers has its curve, with what theory says between the doses", () => {
  const patient = { advertIntervalMs: 100, downTimerAdverts: 10 };
  const record = newDoseResponseRecord(
    { ...PLAN, timers: [TIMERS, patient] },
    [zero, some, measuredDose({ dose: 0, moves: CALM, timers: patient })],
    DONE,
  );
  expect(record.curves.map(({ id, doses }) => [id, doses.length])).toEqual([
    ["advert-100ms-3", 2],
    ["advert-100ms-10", 1],
  ]);
  const [quick, slow] = record.curves.map(({ predicted }) => predicted ?? []);
  expect(quick?.at(0)).toEqual({ dose: 0, share: 0 });
  expect(quick?.at(-1)?.dose).toBe(0.6);
  expect(quick?.at(-1)?.share).toBeCloseTo(probabilityOfRun(20, 3, 0.6), 12);
  expect(slow?.at(-1)?.share).toBeLessThan(0.1);
  const [waits] = record.curves;
  expect(waits?.silenceMs).toBeCloseTo(360.9375, 6);
});
