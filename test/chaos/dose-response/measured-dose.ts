import type { MeasuredDose } from "../../../chaos/dose-response/analyse.ts";
import { wantedSpans } from "../../../chaos/dose-response/prediction.ts";
import type { DisturbanceId, DoseTimers } from "../../../chaos/dose-response/dose.ts";
import type { RunRecord, TrialRecord } from "../../../chaos/report/record.ts";
import { passingRun } from "../report/fixture.ts";

/** What a made-up run of a dose is like. */
export interface DoseStory {
  readonly disturbance?: DisturbanceId;
  readonly timers?: DoseTimers;
  readonly dose: number;
  /** How often the address moved in each trial. */
  readonly moves: readonly number[];
  /** How long the dose was active in each trial. @default as it was wanted */
  readonly spansMs?: readonly number[];
  /** What differs in a trial. */
  readonly change?: (trial: TrialRecord) => Partial<TrialRecord>;
  readonly verdict?: RunRecord["verdict"];
}

/** 100 ms × 3. */
export const TIMERS: DoseTimers = { advertIntervalMs: 100, downTimerAdverts: 3 };

/** A run of a dose as if it had been measured. */
export function measuredDose(story: DoseStory): MeasuredDose {
  const { disturbance = "loss", timers = TIMERS, dose, moves, change } = story;
  const title = `${disturbance} ${dose}, ${timers.advertIntervalMs} ms × ${timers.downTimerAdverts}`;
  const { record } = passingRun(Math.round(dose * 100) + 1, moves.length);
  const spans = story.spansMs ?? wantedSpans(disturbance, timers, 2_000, dose);
  const trials = record.trials.map((trial, index): TrialRecord => {
    const times = moves[index] ?? 0;
    const begin = 5_000_000_000n;
    const made: TrialRecord = {
      ...trial,
      target: "lb-a",
      verdict: times === 0 ? "pass" : "fail",
      reasons: times === 0 ? [] : ["it <moved>"],
      marks: {
        ...trial.marks,
        elected:
          times === 0
            ? { atMs: null, reason: "it stayed" }
            : { atMs: 400 + 10 * index, monotonicNs: "1", seenBy: "lb-b" },
      },
      faults: spans.map((ms) => ({
        kind: "lose-packets",
        title: "loss",
        target: "lb-a",
        injectedNs: begin.toString(),
        uncertaintyMs: 0.1,
        healedNs: (begin + BigInt(Math.round(ms * 1e6))).toString(),
        verified: { active: true, evidence: "rules" },
      })),
      objectives: {
        "address-stays": {
          measured: { value: times },
          predicted: null,
          verdict: times === 0 ? "pass" : "fail",
          message: "",
        },
      },
    };
    return { ...made, ...change?.(made) };
  });
  const verdict = story.verdict ?? (moves.some((times) => times > 0) ? "fail" : "pass");
  const folder = `../${disturbance}-${dose}`;
  return {
    cell: { id: `dose-${disturbance}`, title, timers, dose },
    record: { ...record, trials, verdict, reasons: verdict === "pass" ? [] : ["<why>."] },
    paths: { record: `${folder}/run.json`, report: `${folder}/report.html` },
  };
}
