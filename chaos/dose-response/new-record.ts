import { EXIT, worstExitCode, type ExitCode } from "../exit-code.ts";
import type { Verdict } from "../report/record.ts";
import { runId } from "../report/run-folder.ts";
import { CONFIDENCE } from "../statistics/what-n-supports.ts";
import { analyseDose, type MeasuredDose } from "./analyse.ts";
import { DISTURBANCE_WORDS, mostFrozen, type DisturbanceId, type DoseTimers } from "./dose.ts";
import { predictedMove, silenceMs, wantedSpans } from "./prediction.ts";
import {
  DOSE_RESPONSE_RECORD_SCHEMA,
  type CurveRecord,
  type DoseRecord,
  type DoseResponseRecord,
  type LeftDose,
} from "./record.ts";

/** Of a predicted curve. */
const CURVE_POINTS = 121;

/** What a dose-response is of. */
export interface DoseResponsePlan extends Pick<
  DoseResponseRecord,
  "seed" | "trials" | "exposureMs" | "priorities" | "budgetMs" | "command"
> {
  readonly at: Date;
  readonly disturbance: DisturbanceId;
  readonly timers: readonly DoseTimers[];
  /** In rising order; the first is 0. */
  readonly doses: readonly number[];
}

/** How the measuring ended, beside what was measured. */
export interface DoseResponseEnd {
  /** Doses that were wanted and not run. */
  readonly left: readonly LeftDose[];
  readonly interrupted: boolean;
}

/** Id of a dose-response, and name of its folder. */
export function doseResponseId({ seed, at }: Pick<DoseResponsePlan, "seed" | "at">): string {
  return runId("dose-response", seed, at);
}

/**
 * The record of a dose-response from its runs. It passes when no address moved at dose 0 and theory lies within
 * what was measured at every dose; what moved at a dose is its result, and no failure.
 */
export function newDoseResponseRecord(
  plan: DoseResponsePlan,
  measured: readonly MeasuredDose[],
  { left, interrupted }: DoseResponseEnd,
): DoseResponseRecord {
  // Dose 0 is judged too; what is not measured weakens no other.
  const judgedConfidence = 1 - (1 - CONFIDENCE) / Math.max(1, measured.length);
  const judge = {
    disturbance: plan.disturbance,
    backupPriority: Math.min(...plan.priorities),
    confidence: CONFIDENCE,
    judgedConfidence,
  };
  const curves = plan.timers.map((timers): CurveRecord => {
    const doses = measured
      .filter(({ cell }) => sameTimers(cell.timers, timers))
      .map((one) => analyseDose(one, judge))
      .toSorted((a, b) => a.dose - b.dose);
    return {
      id: `advert-${timers.advertIntervalMs}ms-${timers.downTimerAdverts}`,
      title: `${timers.advertIntervalMs} ms × ${timers.downTimerAdverts}`,
      timers,
      silenceMs: silenceMs(timers, judge.backupPriority),
      doses,
      predicted: predictedCurve(plan, timers),
    };
  });
  const { exitCode, reasons } = judgeCurves(curves, interrupted);
  return {
    schema: DOSE_RESPONSE_RECORD_SCHEMA,
    id: doseResponseId(plan),
    startedAt: plan.at.toISOString(),
    command: plan.command,
    seed: plan.seed,
    trials: plan.trials,
    disturbance: { id: plan.disturbance, ...DISTURBANCE_WORDS[plan.disturbance] },
    exposureMs: plan.exposureMs,
    priorities: plan.priorities,
    confidence: CONFIDENCE,
    judgedConfidence,
    budgetMs: plan.budgetMs,
    verdict: VERDICT_OF[exitCode] ?? "inconclusive",
    exitCode,
    reasons,
    curves,
    left,
    fingerprint: measured[0]?.record.fingerprint ?? null,
  };
}

function judgeCurves(
  curves: readonly CurveRecord[],
  interrupted: boolean,
): { readonly exitCode: ExitCode; readonly reasons: readonly string[] } {
  const findings = curves.flatMap(({ doses }) => doses.flatMap((dose) => findingOf(dose) ?? []));
  if (interrupted) findings.push({ code: EXIT.interrupted, reason: "it was stopped" });
  const zero = curves.filter(({ doses }) => doses.every(({ dose }) => dose !== 0));
  if (zero.length > 0) {
    findings.push({
      code: EXIT.inconclusive,
      reason: `dose 0 was not run with ${zero.map(({ title }) => title).join(", ")}: nothing shows that the dose is what moves the address`,
    });
  }
  return {
    exitCode: findings.length === 0 ? EXIT.pass : worstExitCode(findings.map(({ code }) => code)),
    // They stand in one line too.
    reasons: findings.map(({ reason }) => reason.replace(/\.$/, "")),
  };
}

/** What speaks against one dose; null when nothing does. */
function findingOf(dose: DoseRecord): { readonly code: ExitCode; readonly reason: string } | null {
  const { title, runVerdict, counted, moved, fits } = dose;
  const code = CODE_OF[runVerdict];
  if (!dose.says && code !== undefined) {
    // What a node wrote may follow in further lines; the run's own report has them.
    const [why = ""] = (dose.reasons[0] ?? "").split("\n", 1);
    return { code, reason: `${title}: ${why === "" ? "its run says nothing" : why}` };
  }
  if (counted === 0) return { code: EXIT.invalid, reason: `${title}: no trial can be trusted` };
  if (dose.dose === 0 && moved > 0) {
    return {
      code: EXIT.fail,
      reason: `${title}: the address moved in ${moved} of ${counted} trials`,
    };
  }
  if (fits === false) {
    return {
      code: EXIT.fail,
      reason: `${title}: it moved in ${moved} of ${counted} trials, which theory does not explain`,
    };
  }
  return null;
}

function predictedCurve(plan: DoseResponsePlan, timers: DoseTimers): CurveRecord["predicted"] {
  const { disturbance, exposureMs, doses } = plan;
  const most = Math.min(
    doses.at(-1) ?? 0,
    disturbance === "freeze" ? mostFrozen(timers) : Infinity,
  );
  const points: { dose: number; share: number }[] = [];
  for (let index = 0; index < CURVE_POINTS; index += 1) {
    const dose = (most * index) / (CURVE_POINTS - 1);
    const spansMs = wantedSpans(disturbance, timers, exposureMs, dose);
    const backupPriority = Math.min(...plan.priorities);
    const share = predictedMove({ disturbance, timers, backupPriority, spansMs }, dose);
    if (share === null) return null;
    points.push({ dose, share });
  }
  return points;
}

function sameTimers(one: DoseTimers, other: DoseTimers): boolean {
  return (
    one.advertIntervalMs === other.advertIntervalMs &&
    one.downTimerAdverts === other.downTimerAdverts
  );
}

/** Of runs that say nothing. A run that failed has an address that moved, which is what it is to tell. */
const CODE_OF: Readonly<Partial<Record<Verdict, ExitCode>>> = {
  invalid: EXIT.invalid,
  aborted: EXIT.interrupted,
  inconclusive: EXIT.inconclusive,
  "heal-failed": EXIT.healFailed,
};

const VERDICT_OF: Readonly<Partial<Record<ExitCode, Verdict>>> = {
  [EXIT.pass]: "pass",
  [EXIT.fail]: "fail",
  [EXIT.invalid]: "invalid",
  [EXIT.inconclusive]: "inconclusive",
  [EXIT.healFailed]: "heal-failed",
  [EXIT.interrupted]: "aborted",
};
